//! What a file of messages holds: which there are, and what each speaks of.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};

/// The attributes that hold shorter wordings, from the longer to the shorter.
pub(super) const ATTRIBUTES: [&str; 2] = ["short", "tiny"];

/// One message.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Message {
    /// What it speaks of.
    pub(super) arguments: BTreeSet<String>,
    /// The attributes that it has.
    pub(super) attributes: BTreeSet<String>,
}

/// The messages of a file, by their names. What cannot be read is left out.
pub(super) fn messages(file: &str) -> BTreeMap<String, Message> {
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(file.to_owned());
    let mut messages = BTreeMap::new();
    for entry in resource.entries() {
        let Entry::Message(found) = entry else { continue };
        let mut message = Message::default();
        if let Some(value) = &found.value {
            pattern(value, &mut message.arguments);
        }
        for attribute in &found.attributes {
            pattern(&attribute.value, &mut message.arguments);
            message.attributes.insert(attribute.id.name.to_owned());
        }
        messages.insert(found.id.name.to_owned(), message);
    }
    messages
}

/// A message as an operator writes it: one text, or several lines of Fluent with attributes.
pub(super) fn own_message(name: &str, text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("    {line}")).collect();
    format!("{name} =\n{}\n", lines.join("\n"))
}

fn pattern(pattern: &Pattern<&str>, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression: found } = element {
            expression(found, arguments);
        }
    }
}

fn expression(found: &Expression<&str>, arguments: &mut BTreeSet<String>) {
    match found {
        Expression::Inline(found) => inline(found, arguments),
        Expression::Select { selector, variants } => {
            inline(selector, arguments);
            for variant in variants {
                pattern(&variant.value, arguments);
            }
        }
    }
}

fn inline(found: &InlineExpression<&str>, arguments: &mut BTreeSet<String>) {
    let mut given = |found: &CallArguments<&str>| {
        for positional in &found.positional {
            inline(positional, arguments);
        }
    };
    match found {
        InlineExpression::VariableReference { id } => {
            arguments.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments, .. } => given(arguments),
        InlineExpression::Placeable { expression: found } => expression(found, arguments),
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::speech::{Problem, problem};
    use super::super::{Language, Locale, Speech};
    use super::*;

    #[test]
    fn each_language_says_everything_and_speaks_of_the_same() {
        let english = messages(Language::English.texts());
        assert!(english.len() > 80, "{}", english.len());
        for language in Language::ALL {
            assert!(FluentResource::try_new(language.texts().to_owned()).is_ok(), "{language:?}");
            let texts = messages(language.texts());
            let names =
                |texts: &BTreeMap<String, Message>| texts.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&texts), names(&english), "{language:?}");
            for (name, message) in &texts {
                assert_eq!(message.arguments, english[name].arguments, "{language:?} {name}");
                let known = |attribute: &String| ATTRIBUTES.contains(&attribute.as_str());
                assert!(message.attributes.iter().all(known), "{language:?} {name}");
            }
        }
    }

    #[test]
    fn an_operator_may_write_any_message_and_all_its_wordings() {
        let own = BTreeMap::from([
            ("welcome".to_owned(), "Moin!".to_owned()),
            ("code-sold-out".to_owned(), "{ $code } is gone.\n.tiny = No { $code }".to_owned()),
        ]);
        let speech = Speech::new(Locale::of(Language::English), &own);
        assert_eq!(speech.wordings("welcome", &[]), ["Moin!"]);
        let code = [("code", "A1".into())];
        assert_eq!(speech.wordings("code-sold-out", &code), ["A1 is gone.", "No A1"]);
        assert_eq!(speech.wordings("thank-you", &[]), ["Thank you!"]);
    }

    #[test]
    fn what_is_wrong_with_an_operators_message_is_said() {
        assert_eq!(problem("welcome", "Moin!"), None);
        assert_eq!(problem("welcom", "Moin!"), Some(Problem::NoSuchMessage));
        assert_eq!(problem("welcome", "{ $"), Some(Problem::Unreadable));
        assert_eq!(problem("welcome", ""), Some(Problem::Unreadable));
        let known = vec!["code".to_owned()];
        let argument = "cod".to_owned();
        let wrong = Some(Problem::NoSuchArgument { argument, known });
        assert_eq!(problem("code-sold-out", "{ $cod } is gone"), wrong);
    }
}
