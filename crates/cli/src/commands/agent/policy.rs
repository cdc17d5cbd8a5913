//! The file with the owner's rules.

use std::{fs::File, io::Read as _, path::Path};

use medshare_client::agent::{Decision, Rule, Rules, Wanted};
use medshare_types::{AccountId, RecordId, Use};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    failure::Failure,
    values::{Span, purpose_use},
};

/// Longer files are none of ours.
const MAX_LENGTH: u64 = 1024 * 1024;

/// What to do about a policy that cannot be used.
const HINT: &str =
    "see docs/agent.md for what a policy can say; `medshare agent --dry-run --policy FILE` tries one";

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Then {
    Allow,
    Ask,
    Refuse,
}

impl From<Then> for Decision {
    fn from(then: Then) -> Self {
        match then {
            Then::Allow => Self::Allow,
            Then::Ask => Self::Ask,
            Then::Refuse => Self::Refuse,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Orders,
    Requests,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct UseName(Use);

impl TryFrom<String> for UseName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        purpose_use(&text).map(Self)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct SpanText(Span);

impl TryFrom<String> for SpanText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    orders: Option<Then>,
    requests: Option<Then>,
    #[serde(default)]
    rule: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    what: Option<What>,
    who: Option<Vec<Spanned<String>>>,
    records: Option<Vec<RecordId>>,
    uses: Option<Vec<UseName>>,
    commercial: Option<bool>,
    for_profit: Option<bool>,
    ethics_approval: Option<bool>,
    will_publish: Option<bool>,
    then: Then,
    duration: Option<SpanText>,
}

/// Reads a policy. `account` knows accounts as people write them.
///
/// # Errors
/// With the line and what is wrong there; if others than its owner and group can change the file.
pub fn read(path: &Path, account: impl Fn(&str) -> Result<AccountId, String>) -> Result<Rules, Failure> {
    let unusable = |reason: &str| {
        Failure::input(format!("the policy {} cannot be used: {}", path.display(), reason.trim()), HINT)
    };
    let failed = |error: std::io::Error| unusable(&error.to_string());
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(unusable("it is not a file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o002 != 0 {
            return Err(unusable(
                "everybody can change it, and with it who gets your data; take that away: chmod o-w",
            ));
        }
    }
    let mut text = String::new();
    file.take(MAX_LENGTH).read_to_string(&mut text).map_err(failed)?;
    parse(&text, account).map_err(|reason| unusable(&reason))
}

fn parse(text: &str, account: impl Fn(&str) -> Result<AccountId, String>) -> Result<Rules, String> {
    let policy: Policy = toml::from_str(text).map_err(|error| error.to_string())?;
    let line = |offset: usize| text.get(..offset).unwrap_or_default().lines().count().max(1);
    let rules = policy.rule.into_iter().enumerate().map(|(index, entry)| {
        // The span of an array's table begins at its header.
        let at = line(entry.span().start.saturating_add(1));
        rule(index.saturating_add(1), entry.into_inner(), |who| {
            let at = line(who.span().start.saturating_add(1));
            account(who.get_ref()).map_err(|reason| format!("line {at}: {reason}"))
        })
        .map_err(|reason| if reason.starts_with("line ") { reason } else { format!("line {at}: {reason}") })
    });
    let rules = rules.collect::<Result<_, String>>()?;
    let default = Rules::default();
    Ok(Rules {
        rules,
        orders: policy.orders.map_or(default.orders, Decision::from),
        requests: policy.requests.map_or(default.requests, Decision::from),
    })
}

fn rule(
    number: usize,
    entry: Entry,
    account: impl Fn(&Spanned<String>) -> Result<AccountId, String>,
) -> Result<Rule, String> {
    let name = entry.name.unwrap_or_else(|| format!("rule {number}"));
    // An empty list would fit everything, which is hardly what is meant by it.
    let empty = [
        ("who", entry.who.as_ref().is_some_and(Vec::is_empty)),
        ("records", entry.records.as_ref().is_some_and(Vec::is_empty)),
        ("uses", entry.uses.as_ref().is_some_and(Vec::is_empty)),
    ];
    if let Some((what, _)) = empty.into_iter().find(|(_, empty)| *empty) {
        return Err(format!("{what} is empty in `{name}`; leave it away if any will do"));
    }
    let granting = matches!(entry.then, Then::Allow) && !matches!(entry.what, Some(What::Orders));
    if entry.duration.is_some() && !granting {
        return Err(format!(
            "`{name}` has a duration, which only requests that are allowed have; orders have that of the listing"
        ));
    }
    Ok(Rule {
        wanted: entry.what.map(|what| match what {
            What::Orders => Wanted::Order,
            What::Requests => Wanted::Request,
        }),
        who: entry.who.unwrap_or_default().iter().map(account).collect::<Result<_, _>>()?,
        records: entry.records.unwrap_or_default(),
        uses: entry.uses.unwrap_or_default().into_iter().map(|UseName(r#use)| r#use).collect(),
        commercial: entry.commercial,
        for_profit: entry.for_profit,
        ethics_approval: entry.ethics_approval,
        will_publish: entry.will_publish,
        duration: entry.duration.map(|SpanText(Span(span))| span),
        ..Rule::new(name, entry.then.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use medshare_types::{Code, CodeSystem};

    fn account(text: &str) -> Result<AccountId, String> {
        text.parse().map_err(|reason| format!("`{text}` is no account ({reason})"))
    }

    const EXAMPLE: &str = r#"
        orders = "ask"
        requests = "refuse"

        [[rule]]
        name = "partners"
        what = "requests"
        who = ["5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"]
        records = [3, 4]
        uses = ["biomedical-research", "disease-research:mondo:0005148"]
        commercial = false
        for_profit = false
        ethics_approval = true
        will_publish = true
        then = "allow"
        duration = "365d"

        [[rule]]
        then = "ask"
    "#;

    #[test]
    fn says_all_that_rules_can() {
        let rules = parse(EXAMPLE, account).unwrap();
        assert_eq!((rules.orders, rules.requests), (Decision::Ask, Decision::Refuse));
        let alice = account("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY").unwrap();
        let disease = Code { system: CodeSystem::Mondo, code: "0005148".parse().unwrap() };
        let partners = Rule {
            wanted: Some(Wanted::Request),
            who: vec![alice],
            records: vec![3, 4],
            uses: vec![Use::BiomedicalResearch, Use::DiseaseResearch(disease)],
            commercial: Some(false),
            for_profit: Some(false),
            ethics_approval: Some(true),
            will_publish: Some(true),
            duration: Some(365 * 24 * 3_600_000),
            ..Rule::new("partners", Decision::Allow)
        };
        assert_eq!(rules.rules, [partners, Rule::new("rule 2", Decision::Ask)]);
    }

    #[test]
    fn an_empty_policy_is_what_holds_without_one() {
        assert_eq!(parse("", account).unwrap(), Rules::default());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, line, what) in [
            ("orders = \"allow\"\nrequest = \"allow\"\n", 2, "request"),
            ("orders = \"alow\"\n", 1, "alow"),
            ("[[rule]]\nthen = \"allow\"\nuses = [\n  \"nothing\",\n]\n", 3, "`nothing` is no use"),
            (
                "[[rule]]\nthen = \"allow\"\n\n[[rule]]\nname = \"x\"\nwho = []\nthen = \"ask\"\n",
                4,
                "who is empty",
            ),
            ("[[rule]]\nthen = \"ask\"\nduration = \"30d\"\n", 1, "duration"),
            ("[[rule]]\nwhat = \"orders\"\nthen = \"allow\"\nduration = \"30d\"\n", 1, "duration"),
            ("[[rule]]\nthen = \"allow\"\nduration = \"soon\"\n", 3, "`soon` is no span"),
            ("[[rule]]\nthen = \"allow\"\nwho = [\n  \"Nobody\",\n]\n", 4, "`Nobody` is no account"),
            ("[[rule]]\nname = \"x\"\n", 1, "then"),
            ("orders allow\n", 1, "expected"),
        ] {
            let error = parse(text, account).unwrap_err();
            assert!(error.contains(&format!("line {line}")), "{text}: not line {line}: {error}");
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn files_that_are_not_there_or_that_everybody_can_change_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.toml");
        assert!(read(&path, account).unwrap_err().to_string().contains("policy.toml"));
        assert!(read(folder.path(), account).unwrap_err().to_string().contains("not a file"));
        std::fs::write(&path, "requests = \"allow\"").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            mode(0o666);
            assert!(read(&path, account).unwrap_err().to_string().contains("chmod o-w"));
            mode(0o640);
        }
        assert_eq!(read(&path, account).unwrap().requests, Decision::Allow);
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        assert!(read(&path, account).is_err());
    }
}
