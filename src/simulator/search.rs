//! Search: the part of Stripe's query language that kioskd uses. Anything else is refused, since a
//! query that is read in another way than Stripe reads it would prove nothing.

use super::body::Body;
use super::error::Refusal;
use super::form::Form;
use super::intents::Intent;
use super::model::Model;
use super::objects::View;
use super::pages::limit;

/// What stands before the id of the last object of a page, in the mark of the next one.
const MARK: &str = "after_";

/// One condition.
#[derive(Debug, PartialEq, Eq)]
enum Clause {
    /// `metadata['key']:'value'`
    Metadata { key: String, value: String },
    /// `status:'…'`
    Status(String),
    /// `created>=…`, also `>`, `<=`, `<` and `:`
    Created { operator: &'static str, time: i64 },
}

impl Clause {
    fn holds(&self, intent: &Intent) -> bool {
        match self {
            Self::Metadata { key, value } => intent.metadata.get(key) == Some(value),
            Self::Status(status) => intent.status.as_str() == status,
            Self::Created { operator, time } => match *operator {
                ">=" => intent.created >= *time,
                "<=" => intent.created <= *time,
                ">" => intent.created > *time,
                "<" => intent.created < *time,
                _ => intent.created == *time,
            },
        }
    }
}

impl Model {
    pub(super) fn search_intents(&self, form: &Form, view: &View) -> Result<Body, Refusal> {
        let clauses = parse(form.required("query")?)?;
        let limit = limit(form)?;
        let newest_first = self.order.iter().rev().filter_map(|id| self.intents.get(id));
        let found: Vec<&Intent> = newest_first
            .filter(|intent| self.is_indexed(intent.created))
            .filter(|intent| clauses.iter().all(|clause| clause.holds(intent)))
            .collect();
        let from = match form.text("page") {
            None => 0,
            Some(mark) => {
                let last = mark.strip_prefix(MARK);
                let place = found.iter().position(|intent| Some(intent.id.as_str()) == last);
                let wrong = || Refusal::parameter(None, "page", "Invalid page token.");
                place.ok_or_else(wrong)? + 1
            }
        };
        let page: Vec<&Intent> = found.iter().copied().skip(from).take(limit).collect();
        let more = found.len() > from + page.len();
        let next = page.last().filter(|_| more).map(|last| format!("{MARK}{}", last.id));
        Ok(Body::object(|list| {
            list.put("object", "search_result");
            list.put("url", "/v1/payment_intents/search");
            list.put("has_more", more);
            list.put("next_page", next);
            list.list("data", page, |json, intent| self.write_intent(&intent.id, view, json));
        }))
    }
}

/// Reads clauses that are joined by `AND`, or by nothing but a space, which means the same.
fn parse(query: &str) -> Result<Vec<Clause>, Refusal> {
    let mut rest = query.trim();
    let mut clauses = Vec::new();
    while !rest.is_empty() {
        let (clause, after) = clause(rest).ok_or_else(|| not_simulated(rest))?;
        clauses.push(clause);
        rest = after.trim_start();
        if rest.len() == after.len() && !rest.is_empty() {
            return Err(not_simulated(rest));
        }
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        if word.eq_ignore_ascii_case("and") {
            rest = behind.trim_start();
            if rest.is_empty() {
                return Err(not_simulated(word));
            }
        }
    }
    Ok(clauses)
}

/// A clause at the beginning of a text, and what comes after it.
fn clause(text: &str) -> Option<(Clause, &str)> {
    if let Some(rest) = text.strip_prefix("metadata[") {
        let (key, rest) = quoted(rest)?;
        let (value, rest) = quoted(rest.strip_prefix("]:")?)?;
        return Some((Clause::Metadata { key, value }, rest));
    }
    if let Some(rest) = text.strip_prefix("status:") {
        let (status, rest) = quoted(rest)?;
        return Some((Clause::Status(status), rest));
    }
    let rest = text.strip_prefix("created")?;
    let operator = [">=", "<=", ">", "<", ":"].into_iter().find(|o| rest.starts_with(o))?;
    let rest = rest.strip_prefix(operator)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    Some((Clause::Created { operator, time: digits.parse().ok()? }, rest))
}

/// A text in single or double quotes, in which a backslash takes the next character as it is.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((place, c)) = chars.next() {
        match c {
            '\\' => content.push(chars.next()?.1),
            _ if c == quote => return Some((content, &text[place + 1..])),
            _ => content.push(c),
        }
    }
    None
}

fn not_simulated(rest: &str) -> Refusal {
    let message = format!("kioskd's simulator does not understand the search query at: {rest}");
    Refusal::parameter(Some("simulator_query_not_simulated"), "query", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(key: &str, value: &str) -> Clause {
        Clause::Metadata { key: key.into(), value: value.into() }
    }

    #[test]
    fn the_query_of_a_sweep_is_understood() {
        let created = Clause::Created { operator: ">=", time: 1_790_000_000 };
        let query = "metadata['kiosk']:'lobby-3' AND created>=1790000000";
        assert_eq!(parse(query).unwrap(), [metadata("kiosk", "lobby-3"), created]);
        let query = r#"metadata["kiosk"]:"lobby-3" status:'canceled'"#;
        let status = Clause::Status("canceled".into());
        assert_eq!(parse(query).unwrap(), [metadata("kiosk", "lobby-3"), status]);
    }

    #[test]
    fn quotes_inside_quotes_are_escaped() {
        let query = r"metadata['kiosk']:'o\'hare \\ AND '";
        assert_eq!(parse(query).unwrap(), [metadata("kiosk", r"o'hare \ AND ")]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for query in [
            "amount>100",
            "metadata['kiosk']:'o'hare'",
            "metadata['kiosk']:'lobby",
            "metadata['kiosk']~'lobby'",
            "metadata[kiosk]:'lobby'",
            "-status:'canceled'",
            "status:'canceled' OR created>1",
            "status:'canceled' AND",
            "created>='1790000000'",
            "created>=",
            "created>=1AND created<2",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
    }
}
