//! What an owner has said in advance about what others will want: what is given without a question, what waits for a
//! yes, what is refused.
//!
//! Rules narrow and never widen. What the consent policy of a record does not permit is not granted, whatever a rule
//! says, and the chain checks that again.

use medshare_types::{AccountId, Moment, Purpose, RecordId, Use};

/// What is done about something that somebody wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is given.
    Allow,
    /// It waits until its owner says yes or no.
    Ask,
    /// It is refused: a request is denied, and of an order it is proposed to cancel it.
    Refuse,
}

/// In which form somebody wants something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// By an order, whose price is on hold.
    Order,
    /// By a request for access without a price.
    Request,
}

/// What somebody wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish<'a> {
    /// In which form.
    pub wanted: Wanted,
    /// Of which record.
    pub record: RecordId,
    /// Who.
    pub who: &'a AccountId,
    /// What for.
    pub purpose: &'a Purpose,
}

/// A rule: it fits where each of its conditions does, and a condition that is not given always does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What it is called in what the agent tells.
    pub name: String,
    /// In which form something is wanted; either if none is given.
    pub wanted: Option<Wanted>,
    /// Who wants it: one of these; anybody if there is none.
    pub who: Vec<AccountId>,
    /// Of which record: one of these; any if there is none.
    pub records: Vec<RecordId>,
    /// For which use: one of these; any if there is none.
    pub uses: Vec<Use>,
    /// Whether the use is commercial.
    pub commercial: Option<bool>,
    /// Whether the user is a for-profit organisation.
    pub for_profit: Option<bool>,
    /// Whether an ethics board approved the use.
    pub ethics_approval: Option<bool>,
    /// Whether the results will be published.
    pub will_publish: Option<bool>,
    /// What is done where it fits.
    pub then: Decision,
    /// For how long a request is granted, from when it was made (ms); until revoked if nothing is given.
    pub duration: Option<Moment>,
}

impl Rule {
    /// A rule without conditions.
    pub fn new(name: impl Into<String>, then: Decision) -> Self {
        Self {
            name: name.into(),
            wanted: None,
            who: Vec::new(),
            records: Vec::new(),
            uses: Vec::new(),
            commercial: None,
            for_profit: None,
            ethics_approval: None,
            will_publish: None,
            then,
            duration: None,
        }
    }

    fn fits(&self, wish: &Wish<'_>) -> bool {
        fn one_of<T: PartialEq>(listed: &[T], value: &T) -> bool {
            listed.is_empty() || listed.contains(value)
        }
        let Purpose { r#use, commercial, for_profit, ethics_approval, will_publish } = wish.purpose;
        let said = |condition: Option<bool>, value: &bool| condition.is_none_or(|said| said == *value);
        self.wanted.is_none_or(|wanted| wanted == wish.wanted)
            && one_of(&self.who, wish.who)
            && one_of(&self.records, &wish.record)
            && one_of(&self.uses, r#use)
            && said(self.commercial, commercial)
            && said(self.for_profit, for_profit)
            && said(self.ethics_approval, ethics_approval)
            && said(self.will_publish, will_publish)
    }
}

/// All rules, and what is done where none fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// The rules; the first one that fits decides.
    pub rules: Vec<Rule>,
    /// What is done about other orders.
    pub orders: Decision,
    /// What is done about other requests.
    pub requests: Decision,
}

impl Default for Rules {
    /// Orders are delivered: their owner offered the record at this price, and the chain has checked the purpose.
    /// Requests wait.
    fn default() -> Self {
        Self { rules: Vec::new(), orders: Decision::Allow, requests: Decision::Ask }
    }
}

/// What the rules say about a wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ruling<'a> {
    /// What is done.
    pub decision: Decision,
    /// The rule that decided; nothing if none fits.
    pub rule: Option<&'a str>,
    /// For how long a request is granted, from when it was made (ms).
    pub duration: Option<Moment>,
}

impl Rules {
    /// Rules by which everything waits.
    pub fn ask_about_everything() -> Self {
        Self { rules: Vec::new(), orders: Decision::Ask, requests: Decision::Ask }
    }

    /// What they say about a wish.
    pub fn decide(&self, wish: &Wish<'_>) -> Ruling<'_> {
        match self.rules.iter().find(|rule| rule.fits(wish)) {
            Some(rule) => Ruling { decision: rule.then, rule: Some(&rule.name), duration: rule.duration },
            None => {
                let decision = match wish.wanted {
                    Wanted::Order => self.orders,
                    Wanted::Request => self.requests,
                };
                Ruling { decision, rule: None, duration: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::from([number; 32])
    }

    fn decide(rules: &Rules, wanted: Wanted, record: RecordId, who: u8, purpose: &Purpose) -> Decision {
        rules.decide(&Wish { wanted, record, who: &account(who), purpose }).decision
    }

    #[test]
    fn without_rules_what_is_on_sale_is_delivered_and_requests_wait() {
        let (rules, purpose) = (Rules::default(), Purpose::new(Use::Other));
        assert_eq!(decide(&rules, Wanted::Order, 1, 1, &purpose), Decision::Allow);
        assert_eq!(decide(&rules, Wanted::Request, 1, 1, &purpose), Decision::Ask);
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let never = Rule { who: vec![account(1)], ..Rule::new("never", Decision::Refuse) };
        let always =
            Rule { wanted: Some(Wanted::Request), duration: Some(7), ..Rule::new("always", Decision::Allow) };
        let rules = Rules { rules: vec![never, always], ..Rules::default() };
        let purpose = Purpose::new(Use::Other);
        assert_eq!(decide(&rules, Wanted::Request, 1, 1, &purpose), Decision::Refuse);
        assert_eq!(decide(&rules, Wanted::Order, 1, 1, &purpose), Decision::Refuse);
        let (two, request) = (account(2), Wanted::Request);
        let ruling = rules.decide(&Wish { wanted: request, record: 1, who: &two, purpose: &purpose });
        assert_eq!(ruling, Ruling { decision: Decision::Allow, rule: Some("always"), duration: Some(7) });
        assert_eq!(decide(&rules, Wanted::Order, 1, 2, &purpose), Decision::Allow, "by the default");
    }

    #[test]
    fn every_condition_of_a_rule_must_hold() {
        let rule = Rule {
            wanted: Some(Wanted::Order),
            who: vec![account(1), account(2)],
            records: vec![5, 6],
            uses: vec![Use::ClinicalCare, Use::BiomedicalResearch],
            commercial: Some(false),
            for_profit: Some(false),
            ethics_approval: Some(true),
            will_publish: Some(true),
            ..Rule::new("partners", Decision::Allow)
        };
        let rules = Rules { rules: vec![rule], ..Rules::ask_about_everything() };
        let purpose =
            Purpose { ethics_approval: true, will_publish: true, ..Purpose::new(Use::BiomedicalResearch) };
        assert_eq!(decide(&rules, Wanted::Order, 6, 2, &purpose), Decision::Allow);
        assert_eq!(decide(&rules, Wanted::Request, 6, 2, &purpose), Decision::Ask);
        assert_eq!(decide(&rules, Wanted::Order, 7, 2, &purpose), Decision::Ask);
        assert_eq!(decide(&rules, Wanted::Order, 6, 3, &purpose), Decision::Ask);
        for other in [
            Purpose { r#use: Use::Other, ..purpose.clone() },
            Purpose { commercial: true, ..purpose.clone() },
            Purpose { for_profit: true, ..purpose.clone() },
            Purpose { ethics_approval: false, ..purpose.clone() },
            Purpose { will_publish: false, ..purpose.clone() },
        ] {
            assert_eq!(decide(&rules, Wanted::Order, 6, 2, &other), Decision::Ask, "{other:?}");
        }
    }
}
