//! The same answers without an index: everything is looked at each time.

use std::collections::{BTreeMap, BTreeSet};

use medshare_indexer::{
    Block, Change, CodeBucket, FindGrants, FindOrders, FindReceipts, FindReviews, Hit, OrderItem, ReviewKind,
    Search, Sort, Standing, What,
};
use medshare_types::{
    AccountId, CreditEvent, Grant, Kind, Listing, Moment, Order, OrderState, Policy, Receipt, Record,
    RecordId, RecordVersion, Review, ReviewState, Subject, Tier, Verdict, Version,
};

#[derive(Clone, Default)]
pub struct Naive {
    pub time: Moment,
    pub records: BTreeMap<RecordId, Record<AccountId>>,
    pub policies: BTreeMap<RecordId, Policy>,
    pub versions: BTreeMap<(RecordId, Version), RecordVersion<AccountId>>,
    /// In which block a version came.
    pub came: BTreeMap<(RecordId, Version), u32>,
    pub listings: BTreeMap<RecordId, Listing<AccountId>>,
    pub standings: BTreeMap<AccountId, Standing>,
    /// With when delivered, when ended, whether cleared, and the kind.
    #[expect(clippy::type_complexity, reason = "one thing each")]
    pub orders: BTreeMap<u64, (Order<AccountId>, Option<Moment>, Option<Moment>, bool, Kind)>,
    /// With when decided, everybody who sat, who was keyed when, whether removed.
    #[expect(clippy::type_complexity, reason = "one thing each")]
    pub reviews: Vec<(
        Subject,
        Review<AccountId>,
        Option<Moment>,
        BTreeSet<AccountId>,
        BTreeMap<AccountId, Moment>,
        bool,
    )>,
    /// With the owner and whether cleared; the newest last.
    #[expect(clippy::type_complexity, reason = "one thing each")]
    pub grants: Vec<((RecordId, Version, AccountId), Grant, AccountId, bool)>,
    pub receipts: Vec<(u64, Receipt<AccountId>)>,
    pub members: BTreeSet<AccountId>,
    pub noted: Vec<(AccountId, CreditEvent)>,
    #[expect(clippy::type_complexity, reason = "one thing each")]
    pub events: Vec<(u32, u32, Vec<u64>, Vec<u64>, Vec<AccountId>)>,
}

impl Naive {
    pub fn apply(&mut self, block: &Block) {
        self.time = block.time;
        for event in &block.events {
            self.events.push((
                block.number,
                event.index,
                event.records.clone(),
                event.orders.clone(),
                event.accounts.clone(),
            ));
        }
        for change in &block.changes {
            self.change(block.number, block.time, change.clone());
        }
    }

    fn change(&mut self, number: u32, time: Moment, change: Change) {
        match change {
            Change::Record { record, state: Some(state) } => {
                self.records.insert(record, state);
            }
            Change::Record { record, state: None } => {
                self.records.remove(&record);
                self.policies.remove(&record);
                self.listings.remove(&record);
                self.versions.retain(|(of, _), _| *of != record);
            }
            Change::Policy { record, state } => {
                self.policies.insert(record, state.expect("these are only set"));
            }
            Change::Version { record, version, state } => {
                self.versions.insert((record, version), state.expect("these are only set"));
                self.came.entry((record, version)).or_insert(number);
            }
            Change::Listing { record, state: Some(state) } => {
                self.listings.insert(record, state);
            }
            Change::Listing { record, state: None } => {
                self.listings.remove(&record);
            }
            Change::Credit { account, standing } => {
                self.standings.insert(account, standing);
            }
            Change::Noted { account, event } => self.noted.push((account, event)),
            Change::Member { account, state: Some(_) } => {
                self.members.insert(account);
            }
            Change::Member { account, state: None } => {
                self.members.remove(&account);
            }
            Change::Order { order, state: None } => {
                self.orders.get_mut(&order).expect("it is there").3 = true
            }
            Change::Order { order, state: Some(state) } => {
                let kind =
                    self.versions.get(&(state.record, state.version)).map(|of| of.content.descriptor.kind);
                let known = self
                    .orders
                    .entry(order)
                    .or_insert_with(|| (state.clone(), None, None, false, kind.expect("it was there")));
                if !matches!(
                    state.state,
                    OrderState::Open { .. } | OrderState::Cancelled | OrderState::Expired
                ) {
                    known.1 = known.1.or(Some(time));
                }
                if !state.state.is_open() {
                    known.2 = known.2.or(Some(time));
                }
                known.0 = state;
            }
            Change::Review { subject, state: None } => {
                self.reviews.iter_mut().find(|review| review.0 == subject).expect("it is there").5 = true;
            }
            Change::Review { subject, state: Some(state) } => {
                if !self.reviews.iter().any(|review| review.0 == subject) {
                    self.reviews.push((
                        subject,
                        state.clone(),
                        None,
                        BTreeSet::new(),
                        BTreeMap::new(),
                        false,
                    ));
                }
                let review = self.reviews.iter_mut().find(|review| review.0 == subject).expect("it is there");
                for seat in &state.panel {
                    review.3.insert(seat.auditor.clone());
                    if seat.sealed.is_some() {
                        review.4.entry(seat.auditor.clone()).or_insert(time);
                    }
                }
                if !matches!(state.state, ReviewState::Open) {
                    review.2 = review.2.or(Some(time));
                }
                review.1 = state;
                review.5 = false;
            }
            Change::Grant { record, version, grantee, state } => {
                let key = (record, version, grantee);
                let place = self.grants.iter().position(|grant| grant.0 == key);
                match (state, place) {
                    (None, Some(place)) => self.grants[place].3 = true,
                    (None, None) => {}
                    (Some(grant), Some(place)) if self.grants[place].1.at == grant.at => {
                        self.grants[place].1 = grant;
                        self.grants[place].3 = false;
                    }
                    (Some(grant), place) => {
                        let before = place.map(|place| self.grants.remove(place).2);
                        let owner = self.records.get(&record).map(|record| record.owner.clone());
                        self.grants.push((key, grant, owner.or(before).expect("it had an owner"), false));
                    }
                }
            }
            Change::Receipt { index, receipt } => self.receipts.push((index, receipt)),
        }
    }

    pub fn tier(&self, account: &AccountId) -> Tier {
        let Some(standing) = self.standings.get(account) else { return Tier::Standard };
        let mut now = Tier::Standard;
        for (from, tier) in &standing.tiers {
            if *from <= self.time {
                now = *tier;
            }
        }
        now
    }

    fn fits(&self, search: &Search, record: RecordId, number: Version) -> bool {
        let (of, version) = (&self.records[&record], &self.versions[&(record, number)]);
        let descriptor = &version.content.descriptor;
        let listing = self.listings.get(&record).filter(|listing| listing.version == number);
        let price = listing.map(|listing| listing.price);
        let in_universe = match search.what {
            What::Listings => {
                listing.is_some() && search.withdrawn.is_none_or(|withdrawn| of.withdrawn == withdrawn)
            }
            What::Records => {
                (search.status.is_some() || of.latest == number)
                    && of.withdrawn == search.withdrawn.unwrap_or(false)
            }
        };
        in_universe
            && search.status.is_none_or(|status| version.status == status)
            && search.kind.is_none_or(|kind| descriptor.kind == kind)
            && search.modality.as_ref().is_none_or(|modality| {
                descriptor.modality.as_ref().is_some_and(|of| of.to_string() == *modality)
            })
            && search.codes.iter().all(|code| descriptor.codes.contains(code))
            && search.years.is_none_or(|years| {
                (years.from.is_none() && years.to.is_none())
                    || descriptor.period.is_some_and(|(first, last)| {
                        years.to.is_none_or(|to| first.year <= to)
                            && years.from.is_none_or(|from| last.year >= from)
                    })
            })
            && search.size.is_none_or(|size| {
                size.min.is_none_or(|min| descriptor.plaintext_size >= min)
                    && size.max.is_none_or(|max| descriptor.plaintext_size <= max)
            })
            && search.completeness.is_none_or(|least| descriptor.completeness >= least)
            && search.price.is_none_or(|wanted| {
                (wanted.min.is_none() && wanted.max.is_none())
                    || price.is_some_and(|price| {
                        wanted.min.is_none_or(|min| price >= min) && wanted.max.is_none_or(|max| price <= max)
                    })
            })
            && (search.tiers.is_empty() || search.tiers.contains(&self.tier(&of.owner)))
            && search.purpose.as_ref().is_none_or(|purpose| {
                self.policies.get(&record).is_some_and(|policy| policy.permits(purpose))
            })
            && search.owner.as_ref().is_none_or(|owner| of.owner == *owner)
            && search.subject.is_none_or(|subject| of.subject == subject)
            && search.text.as_ref().is_none_or(|text| {
                let words = words(descriptor);
                let mut wanted = text
                    .split_whitespace()
                    .map(|wanted| wanted.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase());
                // Signs alone are words of nothing.
                (text.trim().is_empty() || text.contains(char::is_alphanumeric))
                    && wanted.all(|wanted| words.iter().any(|word| word.starts_with(&wanted)))
            })
    }

    /// What a search finds, in its order.
    pub fn search(&self, search: &Search) -> Vec<(RecordId, Version)> {
        let mut found: Vec<(RecordId, Version)> = self
            .versions
            .keys()
            .copied()
            .filter(|(record, version)| self.fits(search, *record, *version))
            .collect();
        let value = |(record, version): &(RecordId, Version)| -> u128 {
            let of = &self.versions[&(*record, *version)];
            match (search.sort, search.what) {
                (Sort::Newest | Sort::Oldest, What::Listings) => self.listings[record].since.into(),
                (Sort::Newest | Sort::Oldest, What::Records) => of.anchor.moment.into(),
                (Sort::Cheapest | Sort::Dearest, _) => self.listings[record].price,
                (Sort::Largest | Sort::Smallest, _) => of.content.descriptor.plaintext_size.into(),
                (Sort::Completest, _) => of.content.descriptor.completeness.into(),
            }
        };
        found.sort_by_key(|key| (value(key), self.came[key], *key));
        if matches!(search.sort, Sort::Newest | Sort::Dearest | Sort::Largest | Sort::Completest) {
            found.reverse();
        }
        found
    }

    pub fn year_facet(&self, found: &[(RecordId, Version)]) -> BTreeMap<u16, u64> {
        let mut years = BTreeMap::new();
        for key in found {
            if let Some((first, last)) = self.versions[key].content.descriptor.period {
                for year in first.year..=last.year {
                    *years.entry(year).or_default() += 1;
                }
            }
        }
        years
    }

    pub fn code_facet(&self, found: &[(RecordId, Version)]) -> Vec<CodeBucket> {
        let mut counts = BTreeMap::new();
        for key in found {
            for code in &self.versions[key].content.descriptor.codes {
                *counts.entry(code.clone()).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().map(|(code, count)| CodeBucket { code, count }).collect();
        counts.sort_by_key(|bucket| std::cmp::Reverse(bucket.count));
        counts
    }

    pub fn agrees(&self, hit: &Hit) -> bool {
        let (record, version) = (&self.records[&hit.record], &self.versions[&(hit.record, hit.version)]);
        let listing = self.listings.get(&hit.record).filter(|listing| listing.version == hit.version);
        hit.owner == record.owner
            && hit.subject == record.subject
            && hit.withdrawn == record.withdrawn
            && hit.tier == self.tier(&record.owner)
            && hit.status == version.status
            && hit.descriptor == version.content.descriptor
            && hit.ciphertext == version.content.ciphertext
            && hit.anchor == version.anchor
            && hit.policy.as_ref() == self.policies.get(&hit.record)
            && hit.listing.as_ref().map(|listing| (listing.price, listing.since))
                == listing.map(|listing| (listing.price, listing.since))
    }

    pub fn orders(&self, query: &FindOrders) -> Vec<OrderItem> {
        self.orders
            .iter()
            .rev()
            .filter(|(_, (order, _, _, cleared, _))| {
                query.buyer.as_ref().is_none_or(|who| order.buyer == *who)
                    && query.seller.as_ref().is_none_or(|who| order.seller == *who)
                    && query.party.as_ref().is_none_or(|who| order.seller == *who || order.buyer == *who)
                    && query.record.is_none_or(|record| order.record == record)
                    && query.open.is_none_or(|open| order.state.is_open() == open)
                    && query.cleared.is_none_or(|wanted| *cleared == wanted)
                    && query
                        .state
                        .is_none_or(|state| format!("{:?}", order.state).starts_with(&format!("{state:?}")))
            })
            .map(|(id, (order, delivered, ended, cleared, _))| OrderItem {
                order: *id,
                content: order.clone(),
                cleared: *cleared,
                delivered: *delivered,
                ended: *ended,
            })
            .collect()
    }

    pub fn reviews(&self, query: &FindReviews) -> Vec<(Subject, Option<Moment>)> {
        self.reviews
            .iter()
            .rev()
            .filter(|(subject, review, decided, seen, ..)| {
                query.auditor.as_ref().is_none_or(|who| seen.contains(who))
                    && query.holder.as_ref().is_none_or(|who| review.holder == *who)
                    && query.record.is_none_or(|record| review.record == record)
                    && query.decided.is_none_or(|wanted| decided.is_some() == wanted)
                    && query.kind.is_none_or(|kind| {
                        matches!(subject, Subject::Record { .. }) == (kind == ReviewKind::Record)
                    })
            })
            .map(|(subject, _, decided, ..)| (*subject, *decided))
            .collect()
    }

    pub fn grants(&self, query: &FindGrants) -> Vec<(RecordId, Version, AccountId)> {
        self.grants
            .iter()
            .rev()
            .filter(|((record, _, grantee), grant, owner, cleared)| {
                query.grantee.as_ref().is_none_or(|who| grantee == who)
                    && query.owner.as_ref().is_none_or(|who| owner == who)
                    && query.record.is_none_or(|wanted| *record == wanted)
                    && query.in_force.is_none_or(|wanted| (grant.is_active(self.time) && !cleared) == wanted)
            })
            .map(|(key, ..)| key.clone())
            .collect()
    }

    pub fn receipts(&self, query: &FindReceipts) -> Vec<(RecordId, u64)> {
        let mut found: Vec<_> = self
            .receipts
            .iter()
            .filter(|(_, receipt)| {
                query.record.is_none_or(|record| receipt.content.record == record)
                    && query.vault.as_ref().is_none_or(|vault| receipt.vault == *vault)
                    && query.accessor.as_ref().is_none_or(|who| receipt.content.accessor == *who)
            })
            .map(|(index, receipt)| (receipt.content.record, *index))
            .collect();
        found.reverse();
        found
    }

    /// Votes; approvals, rejections and rulings; the accepted share; missed, mean response, agreement, overturned, open seats.
    #[expect(clippy::cast_precision_loss, reason = "as the index answers, in a row")]
    #[expect(clippy::type_complexity, reason = "as the index answers, in a row")]
    pub fn auditor(
        &self,
        auditor: &AccountId,
    ) -> (u64, (u64, u64, u64), Option<f64>, u64, Option<u64>, Option<f64>, u64, u64) {
        let (mut votes, mut open, mut responses) = (0, 0, Vec::new());
        let (mut approvals, mut rejections, mut rulings) = (0, 0, 0);
        let (mut decided, mut agreed) = (0u64, 0u64);
        for (subject, review, ended, _, keyed, removed) in &self.reviews {
            for seat in review.panel.iter().filter(|seat| seat.auditor == *auditor) {
                let Some(vote) = &seat.vote else {
                    open += u64::from(ended.is_none() && !removed);
                    continue;
                };
                votes += 1;
                match (subject, vote.verdict) {
                    (Subject::Claim { .. }, _) => rulings += 1,
                    (_, Verdict::Approve) => approvals += 1,
                    (_, Verdict::Reject) => rejections += 1,
                }
                responses.push(vote.at - keyed[auditor]);
                if let ReviewState::Decided(verdict) = review.state {
                    decided += 1;
                    agreed += u64::from(verdict == vote.verdict);
                }
            }
        }
        let noted =
            |event| self.noted.iter().filter(|noted| **noted == (auditor.clone(), event)).count() as u64;
        (
            votes,
            (approvals, rejections, rulings),
            (approvals + rejections > 0).then(|| approvals as f64 / (approvals + rejections) as f64),
            noted(CreditEvent::AuditMissed),
            (!responses.is_empty()).then(|| responses.iter().sum::<u64>() / responses.len() as u64),
            (decided > 0).then(|| agreed as f64 / decided as f64),
            noted(CreditEvent::AuditOverturned),
            open,
        )
    }
}

/// The words of these few descriptors.
fn words(descriptor: &medshare_types::Descriptor) -> BTreeSet<String> {
    let mut text = vec![descriptor.media_type.to_string()];
    text.extend(descriptor.counts.iter().map(|count| count.of.to_string()));
    text.extend(descriptor.codes.iter().map(|code| code.code.to_string()));
    text.push(match descriptor.modality.as_ref().map(ToString::to_string).as_deref() {
        Some("CT") => "CT computed tomography".into(),
        Some("MR") => "MR magnetic resonance MRI".into(),
        Some(other) => other.into(),
        None => format!("{:?}", descriptor.kind),
    });
    if let Some((first, last)) = descriptor.period {
        text.push(first.year.to_string());
        if last.year > first.year {
            text.push(format!("to {}", last.year));
        }
    }
    for code in &descriptor.codes {
        text.push(match code.system {
            medshare_types::CodeSystem::Snomed => "SNOMED CT".into(),
            medshare_types::CodeSystem::Icd10 => "ICD-10 ICD10".into(),
            system => format!("{system:?}"),
        });
    }
    let text = text.join(" ").to_lowercase();
    let whole = text.split_whitespace().map(str::to_owned);
    whole.chain(text.split(|char: char| !char.is_alphanumeric()).map(str::to_owned)).collect()
}
