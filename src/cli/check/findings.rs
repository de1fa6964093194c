//! What a check found, for people and for scripts.

use serde_json::{Map, Value, json};

use crate::config::{Origin, Problem};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Grade {
    Ok,
    Warn,
    Fail,
}

impl Grade {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Area {
    /// The files, and what they say.
    Configuration,
    /// The API key's credential or file.
    Key,
    /// What is attached to this machine.
    Machine,
    /// What Stripe says.
    Stripe,
}

impl Area {
    fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Key => "key",
            Self::Machine => "machine",
            Self::Stripe => "stripe",
        }
    }
}

struct Finding {
    grade: Grade,
    area: Area,
    what: String,
    remedy: Option<String>,
    /// What it is in the files, if it is there.
    problem: Option<Problem>,
}

/// What was found, in the order of looking.
pub(super) struct Findings {
    area: Area,
    found: Vec<Finding>,
}

impl Findings {
    /// None yet; the configuration comes first.
    pub(super) fn new() -> Self {
        Self { area: Area::Configuration, found: Vec::new() }
    }

    /// What is found from now on is about this.
    pub(super) fn look_at(&mut self, area: Area) {
        self.area = area;
    }

    pub(super) fn ok(&mut self, what: &str) {
        self.add(Grade::Ok, what, None);
    }

    pub(super) fn warn(&mut self, what: &str, remedy: &str) {
        self.add(Grade::Warn, what, Some(remedy));
    }

    pub(super) fn fail(&mut self, what: &str, remedy: &str) {
        self.add(Grade::Fail, what, Some(remedy));
    }

    fn add(&mut self, grade: Grade, what: &str, remedy: Option<&str>) {
        let remedy = remedy.map(str::to_owned);
        let what = what.to_owned();
        self.found.push(Finding { grade, area: self.area, what, remedy, problem: None });
    }

    /// What is wrong, or doubtful, in the files.
    pub(super) fn problem(&mut self, grade: Grade, problem: &Problem) {
        let key = problem.key.as_ref().map_or_else(String::new, |key| format!("{key}: "));
        self.found.push(Finding {
            grade,
            area: self.area,
            what: format!("{}: {key}{}", problem.origin, problem.wrong),
            remedy: Some(problem.fix.clone()),
            problem: Some(problem.clone()),
        });
    }

    /// The worst of all.
    pub(super) fn worst(&self) -> Grade {
        self.found.iter().map(|found| found.grade).max().unwrap_or(Grade::Ok)
    }

    /// Whether something has failed that is about this.
    pub(super) fn failed(&self, area: Area) -> bool {
        self.found.iter().any(|found| found.grade == Grade::Fail && found.area == area)
    }

    /// A line each, with what to do below.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for Finding { grade, what, remedy, .. } in &self.found {
            let word = match grade {
                Grade::Ok => "ok  ",
                Grade::Warn => "warn",
                Grade::Fail => "FAIL",
            };
            text.push_str(&format!("{word}  {what}\n"));
            if let Some(remedy) = remedy {
                text.push_str(&format!("      do: {remedy}\n"));
            }
        }
        text
    }

    /// The same for scripts.
    pub(super) fn json(&self) -> Value {
        self.found.iter().map(Finding::json).collect()
    }

    /// The worst of all, in a word.
    pub(super) fn result(&self) -> &'static str {
        self.worst().word()
    }
}

impl Finding {
    fn json(&self) -> Value {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            fields.extend(value.map(|value| (name.to_owned(), value)));
        };
        put("grade", Some(self.grade.word().into()));
        put("area", Some(self.area.word().into()));
        let problem = self.problem.as_ref();
        put("what", Some(problem.map_or(&self.what, |problem| &problem.wrong).as_str().into()));
        put("do", self.remedy.as_deref().map(Value::from));
        if let Some(problem) = problem {
            put("key", problem.key.as_ref().map(|key| key.to_string().into()));
            put("allowed", problem.allowed.as_deref().map(Value::from));
            match &problem.origin {
                Origin::Default => {}
                Origin::File { path, line } => {
                    put("file", Some(json!(path.display().to_string())));
                    put("line", line.map(|line| json!(line)));
                }
                origin @ Origin::Environment { .. } => put("from", Some(json!(origin.to_string()))),
            }
        }
        Value::Object(fields)
    }
}
