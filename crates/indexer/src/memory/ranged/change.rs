//! How documents come and go, and how the steps follow them.

use roaring::RoaringBitmap;

use super::{Number, Ranged, Step};

/// Into how many steps the documents are divided, about equally many in each. Each costs a bit of each document, and each search by
/// a range looks at the documents of one or two of them.
const STEPS: u64 = 256;
/// Steps with fewer documents are not divided.
const LEAST: u64 = 512;
/// The order of a step with more documents is made anew when it has changed, instead of being changed.
const LONG: usize = 16_384;
/// So many changes may be left to be done to all steps at once.
const MOST_LATE: usize = 4_096;

/// A document that comes to the sets of some steps or goes from them.
pub(super) struct Late {
    /// The step in which its value lies.
    first: usize,
    document: u32,
    comes: bool,
}

impl Late {
    fn change(&self, set: &mut RoaringBitmap) {
        if self.comes {
            set.insert(self.document);
        } else {
            set.remove(self.document);
        }
    }
}

impl<N: Number> Ranged<N> {
    /// Adds a document.
    pub fn insert(&mut self, document: u32, value: N) {
        let place = document as usize;
        if self.values.len() <= place {
            self.values.resize(place + 1, N::default());
        }
        // Where it was before it is looked for by the value that it had.
        if self.all().contains(document) {
            self.remove(document);
        }
        self.values[place] = value;
        let first = self.step(value);
        self.steps[first].own.insert(document);
        self.reorder(first, document, |order, at| order.insert(at, document));
        self.put_late(Late { first, document, comes: true });
    }

    /// Takes a document out.
    pub fn remove(&mut self, document: u32) {
        if !self.all().contains(document) {
            return;
        }
        let first = self.step(self.value(document));
        self.reorder(first, document, |order, at| {
            order.remove(at);
        });
        self.steps[first].own.remove(document);
        self.put_late(Late { first, document, comes: false });
    }

    /// Changes the order of a step where a document has its place in it.
    fn reorder(&mut self, step: usize, document: u32, change: impl FnOnce(&mut Vec<u32>, usize)) {
        let values = &self.values;
        let place = |document: u32| (values[document as usize], document);
        let order = &mut self.steps[step].order;
        match order {
            Some(order) if order.len() < LONG => {
                let at = order.partition_point(|other| place(*other) < place(document));
                change(order, at);
            }
            _ => *order = None,
        }
    }

    /// Notes what comes to the sets of several steps or goes from them. The last step has it at once: that is where it is looked
    /// whether a document has a value.
    fn put_late(&mut self, late: Late) {
        let last = self.steps.len() - 1;
        late.change(&mut self.steps[last].upto);
        if late.first < last {
            self.late.push(late);
        }
        if self.late.len() >= MOST_LATE {
            self.catch_up();
        }
    }

    /// Changes the sets of all steps, before anything is looked for: each is taken up once for all that came and went, which
    /// costs less than to take each up again and again.
    pub fn catch_up(&mut self) {
        let late = std::mem::take(&mut self.late);
        let last = self.steps.len() - 1;
        for (number, step) in self.steps[..last].iter_mut().enumerate() {
            for late in late.iter().filter(|late| late.first <= number) {
                late.change(&mut step.upto);
            }
        }
    }

    /// Divides steps that have too many documents, and unites those that have too few; after changes.
    pub fn balance(&mut self) {
        self.catch_up();
        let target = (self.all().len() / STEPS).max(LEAST);
        let mut step = 0;
        while step < self.steps.len() {
            let size = self.size(step);
            if size > 2 * target && !self.is_single(step) && self.divide(step, target) {
                continue;
            }
            // Not more than a whole step's worth, so that what is united here is not divided the next time.
            if step + 1 < self.steps.len() && size + self.size(step + 1) <= target / 2 {
                let gone = self.steps.remove(step);
                self.steps[step].own |= gone.own;
                self.steps[step].order = None;
                continue;
            }
            step += 1;
        }
        for step in 0..self.steps.len() {
            if self.is_single(step) {
                self.steps[step].order = None;
            } else if self.steps[step].order.is_none() {
                self.steps[step].order = Some(self.in_order(&self.steps[step].own));
            }
        }
    }

    fn size(&self, step: usize) -> u64 {
        self.steps[step].own.len()
    }

    /// Divides a step in several of about the target's size; whether it could.
    fn divide(&mut self, step: usize, target: u64) -> bool {
        let places: Vec<(N, u32)> = self
            .in_order(&self.steps[step].own)
            .into_iter()
            .map(|document| (self.value(document), document))
            .collect();
        let lowest = self.below(step).map(|_| self.steps[step - 1].most);
        let most = self.steps[step].most;
        // The highest values of the new steps: after each target's worth of documents; around a value that fills a step.
        let wanted = usize::try_from(target).unwrap_or(usize::MAX);
        let mut ends: Vec<N> = Vec::new();
        let mut at = wanted;
        while at < places.len() {
            let value = places[at - 1].0;
            let begin = places.partition_point(|(other, _)| *other < value);
            let end = places.partition_point(|(other, _)| *other <= value);
            if (end - begin) as u64 >= target
                && let Some(before) = value.before()
            {
                ends.push(before);
            }
            ends.push(value);
            at = end + wanted;
        }
        ends.dedup();
        ends.retain(|end| Some(*end) > lowest && *end < most);
        if ends.is_empty() {
            return false;
        }
        let mut steps = Vec::with_capacity(ends.len());
        let mut upto = self.below(step).cloned().unwrap_or_default();
        let mut done = 0;
        for most in ends {
            let end = places.partition_point(|(value, _)| *value <= most);
            let order: Vec<u32> = places[done..end].iter().map(|(_, document)| *document).collect();
            let mut these = order.clone();
            these.sort_unstable();
            let own = RoaringBitmap::from_sorted_iter(these).unwrap_or_default();
            upto |= &own;
            self.steps[step].own -= &own;
            steps.push(Step { most, upto: upto.clone(), own, order: Some(order) });
            done = end;
        }
        self.steps[step].order = None;
        self.steps.splice(step..step, steps);
        true
    }
}
