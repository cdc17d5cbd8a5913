//! Failures of this program's own, and how any failure is told.

use serde_json::{Map, Value, json};

use crate::exit::Exit;

/// Something that this program itself finds wrong, with what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// How the command ends.
    pub exit: Exit,
    message: String,
    hint: String,
}

impl Failure {
    /// A failure that ends in this code: what is wrong, and what to do about it.
    pub fn new(exit: Exit, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: hint.into() }
    }

    /// A mistake in what was said.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message, hint)
    }

    /// Something that was given and cannot be used.
    pub fn input(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Input, message, hint)
    }
}

/// A failure as it is told: how the command ends, what went wrong, what to do about it.
#[derive(Debug)]
pub struct Report {
    pub exit: Exit,
    message: String,
    hint: Option<String>,
    /// The error of the pallet that refused, `Pallet.Error`.
    refusal: Option<String>,
}

impl Report {
    /// How an error is told.
    pub fn of(error: &anyhow::Error) -> Self {
        use medshare_client::Error;

        let told = once(error);
        // Commands may put a hint behind a message of their own.
        let (message, own) = match told.split_once("\nhint: ") {
            Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
            None => (told, None),
        };
        let known = error.chain().find_map(|cause| cause.downcast_ref::<Error>());
        let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
        let hint = own
            .or_else(|| failure.map(|failure| failure.hint.clone()))
            .or_else(|| known.map(|known| known.hint().into_owned()))
            .or_else(|| general(Exit::of(error)));
        let refusal = known.and_then(|known| match known {
            Error::Refused { pallet, error, .. } => Some(format!("{pallet}.{error}")),
            _ => None,
        });
        Self { exit: Exit::of(error), message, hint, refusal }
    }

    /// A report without an error behind it.
    pub fn new(exit: Exit, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { exit, message: message.into(), hint, refusal: None }
    }

    /// What went wrong, and what to do about it, on one line.
    pub fn text(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{} (hint: {hint})", self.message),
            None => self.message.clone(),
        }
    }

    /// With what to do first.
    pub fn and_next(mut self, next: String) -> Self {
        self.hint = joined(Some(next), self.hint);
        self
    }

    /// With what else is to be known.
    pub fn and_besides(mut self, more: Option<String>) -> Self {
        self.hint = joined(self.hint, more);
        self
    }

    /// Told of something that happened after what was wanted is done, in this code.
    pub fn after(mut self, exit: Exit, done: &str) -> Self {
        self.exit = exit;
        self.message = format!("{done}; then {}", self.message);
        self
    }

    /// The members of the JSON object about it.
    pub fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("exit".into(), json!(self.exit.code()));
        members.insert("kind".into(), json!(self.exit.name()));
        members.insert("message".into(), json!(self.message));
        members.insert("hint".into(), json!(self.hint));
        members.insert("refusal".into(), json!(self.refusal));
        members
    }

    /// Tells it on standard error, and with `--json` as an object on standard output.
    #[allow(clippy::print_stderr)]
    pub fn tell(&self, as_json: bool) {
        eprintln!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            eprintln!("hint: {hint}");
        }
        if as_json {
            // Nobody can be told any more if that fails too.
            let _ = crate::output::write(&json!({ "error": self.members() }).to_string());
        }
    }
}

/// Two hints, one under the other.
fn joined(first: Option<String>, second: Option<String>) -> Option<String> {
    match (first, second) {
        (Some(first), Some(second)) => Some(format!("{first}\n      {second}")),
        (first, second) => first.or(second),
    }
}

/// An error with its causes, each told once: some contain their cause, and some only name it.
fn once(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |told, cause| {
        let cause = cause.to_string();
        if told.contains(&cause) { told } else { format!("{told}: {cause}") }
    })
}

/// What to do about errors of libraries, which do not say it themselves.
fn general(exit: Exit) -> Option<String> {
    (exit == Exit::Input)
        .then(|| "check the path, its permissions, and that the file is what it should be".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_client::Error;

    #[test]
    fn says_what_went_wrong_and_what_to_do() {
        let refused = Error::Refused {
            call: "Records.withdraw".into(),
            pallet: "Records".into(),
            error: "NotOwner".into(),
            docs: String::new(),
        };
        let told = Report::of(&refused.into()).members();
        assert_eq!(told["exit"], 5);
        assert_eq!(told["kind"], "refused");
        assert_eq!(told["refusal"], "Records.NotOwner");
        assert!(told["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    }

    #[test]
    fn causes_are_told_once() {
        let missing = || std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let named = anyhow::Error::from(missing()).context("cannot read a: no such file");
        assert_eq!(Report::of(&named).message, "cannot read a: no such file");
        let plain = Report::of(&anyhow::Error::from(missing()).context("cannot read a"));
        assert_eq!(plain.message, "cannot read a: no such file");
        assert!(plain.hint.is_some());
    }

    #[test]
    fn hints_are_told_in_their_order() {
        let report = |hint: Option<&str>| Report::new(Exit::Failed, "a", hint.map(str::to_owned));
        let told = report(Some("b")).and_next("a".into()).and_besides(Some("c".into()));
        assert_eq!(told.hint.as_deref(), Some("a\n      b\n      c"));
        assert_eq!(report(None).and_besides(None).hint, None);
        assert_eq!(report(None).and_besides(Some("c".into())).hint.as_deref(), Some("c"));
    }

    #[test]
    fn a_hint_behind_a_message_is_told_once() {
        let report = Report::of(&anyhow::anyhow!("it is in the way\nhint: move it"));
        assert_eq!(report.message, "it is in the way");
        assert_eq!(report.hint.as_deref(), Some("move it"));
        let failure = Report::of(&Failure::input("it is in the way", "move it").into());
        assert_eq!((failure.exit, failure.hint.as_deref()), (Exit::Input, Some("move it")));
    }
}
