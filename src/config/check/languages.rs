//! What the kiosk speaks, and what an operator wants it to say instead.

use std::collections::BTreeMap;

use super::super::origins::KeyPath;
use super::super::problem::{nearest, quoted};
use super::super::raw::RawLanguage;
use super::Check;
use crate::locale::{Language, Locale, Problem, message_names, problem};

impl Check<'_> {
    /// A language that kioskd speaks, perhaps with a country.
    pub(super) fn locale(&mut self, key: &KeyPath, text: &str) -> Option<Locale> {
        let locale = Locale::new(text);
        if locale.is_none() {
            let wrong = format!("{} is no language that kioskd speaks", quoted(text));
            let known = Language::ALL.map(Language::code).join(", ");
            let allowed = format!("{known}; with a country if wanted, such as \"de-CH\"");
            self.wrong(key, wrong, allowed, "write one of these");
        }
        locale
    }

    /// The languages that customers choose among: the kiosk's own first.
    pub(super) fn languages(
        &mut self,
        key: &KeyPath,
        own: Option<Locale>,
        others: &[String],
    ) -> Option<Vec<Locale>> {
        let mut languages: Vec<Locale> = own.into_iter().collect();
        for text in others {
            let locale = self.locale(key, text)?;
            if Some(locale) != own && languages.contains(&locale) {
                let wrong = format!("has {} twice", quoted(text));
                self.wrong(key, wrong, "each language once", "remove one of the two");
            }
            if !languages.contains(&locale) {
                languages.push(locale);
            }
        }
        own.map(|_| languages)
    }

    /// The operator's own texts, by language.
    pub(super) fn texts(
        &mut self,
        raw: &BTreeMap<String, RawLanguage>,
    ) -> BTreeMap<Language, BTreeMap<String, String>> {
        let mut all = BTreeMap::new();
        for (code, raw) in raw {
            let table = KeyPath::new(["language", code]);
            let language = Language::ALL.into_iter().find(|language| language.code() == code);
            let Some(language) = language else {
                let wrong = format!("{} is no language that kioskd speaks", quoted(code));
                let allowed = Language::ALL.map(Language::code).join(", ");
                self.wrong(&table, wrong, allowed, "correct the name of the table");
                continue;
            };
            for (name, text) in &raw.texts {
                self.text(&table.join("texts").join(name), name, text);
            }
            all.insert(language, raw.texts.clone());
        }
        all
    }

    fn text(&mut self, key: &KeyPath, name: &str, text: &str) {
        let Some(problem) = problem(name, text) else { return };
        match problem {
            Problem::NoSuchMessage => {
                let names = message_names();
                let fix = match nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => format!("write {near} if that is meant"),
                    None => "see config/locales/en.ftl for the names of all messages".to_owned(),
                };
                let allowed =
                    format!("{} messages such as welcome, choose, thank-you", names.len());
                self.wrong(key, "is the name of no message", allowed, fix);
            }
            Problem::Unreadable => {
                let wrong = format!("{} cannot be read as a message", quoted(text));
                let allowed = "text with { $name } where something is put in; .short = and \
                               .tiny = on lines of their own";
                self.wrong(key, wrong, allowed, "correct the text (Fluent's syntax)");
            }
            Problem::NoSuchArgument { argument, known } => {
                let wrong = format!("speaks of ${argument}, which this message does not know");
                let known: Vec<String> = known.iter().map(|name| format!("${name}")).collect();
                let allowed = if known.is_empty() {
                    "nothing to put in".to_owned()
                } else {
                    known.join(", ")
                };
                self.wrong(key, wrong, allowed, "correct the name");
            }
        }
    }
}
