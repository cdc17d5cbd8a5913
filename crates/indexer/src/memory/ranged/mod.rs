//! Documents by a number that each has: which lie in a range, and which come first.

mod change;

use std::cmp::Reverse;

use roaring::RoaringBitmap;

/// A whole number by which documents are ordered.
pub trait Number: Copy + Ord + Default {
    /// The highest.
    const MAX: Self;

    /// The next lower one, if there is one.
    fn before(self) -> Option<Self>;
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl Number for $type {
            const MAX: Self = <$type>::MAX;

            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }
        })*
    };
}
numbers!(u8, u16, u64, u128);

/// Sets with fewer documents are looked at one by one.
const FEW: u64 = 2_048;
/// In so many steps from an end it is looked for what comes first: mostly it is there.
const NEAR: usize = 8;

/// The documents whose number is at most this.
struct Step<N> {
    most: N,
    /// With those of all steps below.
    upto: RoaringBitmap,
    /// Without them.
    own: RoaringBitmap,
    /// Those of its own in the order of their values; nothing where they have only one, and until [`Ranged::balance`] where
    /// changes left it so.
    order: Option<Vec<u32>>,
}

impl<N> Step<N> {
    /// A step without documents.
    fn new(most: N) -> Self {
        Self { most, upto: RoaringBitmap::new(), own: RoaringBitmap::new(), order: None }
    }
}

/// Documents by the value of one of their numbers.
///
/// Values are divided into steps, and each step has the set of all documents up to its highest value. So what lies between two
/// values is a difference of two sets, without some of the two steps at the ends, whose documents are looked at; and what
/// comes first lies in the first steps that have any of it, found by halving. The steps follow the documents: one that gets
/// too many is divided where half of them are, and a value that many share gets a step of its own, whose documents need not
/// be looked at. So none of it depends on how the values are spread.
///
/// Documents of the same value come in the order of their numbers.
pub struct Ranged<N> {
    /// By document; of those that have none, of no meaning.
    values: Vec<N>,
    /// Ascending; the last one goes up to [`Number::MAX`].
    steps: Vec<Step<N>>,
    /// What of the changes since [`Ranged::balance`] has still to be done.
    late: Vec<change::Late>,
}

impl<N: Number> Default for Ranged<N> {
    fn default() -> Self {
        Self { values: Vec::new(), steps: vec![Step::new(N::MAX)], late: Vec::new() }
    }
}

impl<N: Number> Ranged<N> {
    /// The value of a document that has one.
    pub fn value(&self, document: u32) -> N {
        self.values.get(document as usize).copied().unwrap_or_default()
    }

    /// All documents that have a value.
    pub fn all(&self) -> &RoaringBitmap {
        &self.steps[self.steps.len() - 1].upto
    }

    /// How many steps there are.
    #[cfg(test)]
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// The step in which a value lies.
    fn step(&self, value: N) -> usize {
        self.steps.partition_point(|step| step.most < value).min(self.steps.len() - 1)
    }

    /// What lies below a step.
    fn below(&self, step: usize) -> Option<&RoaringBitmap> {
        step.checked_sub(1).map(|below| &self.steps[below].upto)
    }

    /// Whether a step has only one value.
    fn is_single(&self, step: usize) -> bool {
        match step.checked_sub(1) {
            Some(below) => self.steps[step].most.before() == Some(self.steps[below].most),
            None => self.steps[step].most.before().is_none(),
        }
    }

    /// Those of a set whose value lies between two, both included.
    pub fn within(&self, mut set: RoaringBitmap, least: Option<N>, most: Option<N>) -> RoaringBitmap {
        let (low, high) = (least.unwrap_or_default(), most.unwrap_or(N::MAX));
        if low > high {
            return RoaringBitmap::new();
        }
        if set.len() < FEW {
            set &= self.all();
            return self.within_few(&set, low, high);
        }
        let (first, last) = (self.step(low), self.step(high));
        set &= &self.steps[last].upto;
        if let Some(below) = self.below(first) {
            set -= below;
        }
        if set.len() < FEW {
            return self.within_few(&set, low, high);
        }
        if high < self.steps[last].most {
            self.keep_of(&mut set, last, |value| value <= high);
        }
        // A step's lowest value follows the highest one of the step below.
        let whole = match self.below(first) {
            Some(_) => low.before() == Some(self.steps[first - 1].most),
            None => low.before().is_none(),
        };
        if !whole {
            self.keep_of(&mut set, first, |value| value >= low);
        }
        set
    }

    /// Those of a set with few documents, which all have a value, whose value lies between two.
    fn within_few(&self, set: &RoaringBitmap, low: N, high: N) -> RoaringBitmap {
        let found = set.iter().filter(|document| (low..=high).contains(&self.value(*document)));
        RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
    }

    /// About how many documents have a value between two.
    pub fn between(&self, least: Option<N>, most: Option<N>) -> u64 {
        let (first, last) = (self.step(least.unwrap_or_default()), self.step(most.unwrap_or(N::MAX)));
        self.steps[last].upto.len().saturating_sub(self.below(first).map_or(0, RoaringBitmap::len))
    }

    /// Leaves of a set's documents in a step those whose value is right: either the first ones in order, or the last ones.
    fn keep_of(&self, set: &mut RoaringBitmap, step: usize, right: impl Fn(N) -> bool) {
        if let Some(order) = &self.steps[step].order {
            let right = |document: &u32| right(self.value(*document));
            let is_first = order.first().is_some_and(right);
            let edge = order.partition_point(|document| right(document) == is_first);
            for document in if is_first { &order[edge..] } else { &order[..edge] } {
                set.remove(*document);
            }
            return;
        }
        let wrong = &*set & &self.steps[step].own;
        let wrong = wrong.iter().filter(|document| !right(self.value(*document)));
        *set -= RoaringBitmap::from_sorted_iter(wrong).unwrap_or_default();
    }

    /// The first of a set whose documents all have a value, ascending; those after a value or, of the same value, from a document on
    /// if one is given.
    pub fn lowest(&self, set: &RoaringBitmap, after: Option<(N, u32)>, count: usize) -> Vec<u32> {
        let comes = |place: (N, u32)| after.is_none_or(|edge| place >= edge);
        if set.len() < FEW {
            return self.least(set, count, |place| comes(place).then_some(place));
        }
        let last = self.steps.len() - 1;
        let first = match after {
            Some((edge, _)) => self.step(edge),
            None => (0..last.min(NEAR)).find(|step| !self.steps[*step].own.is_disjoint(set)).unwrap_or_else(
                || halve(last.min(NEAR), last, |step| !self.steps[step].upto.is_disjoint(set)),
            ),
        };
        self.in_steps(set, first..=last, false, comes, count)
    }

    /// The first of a set whose documents all have a value, descending; those before a value or, of the same value, before a
    /// document if one is given.
    pub fn highest(&self, set: &RoaringBitmap, before: Option<(N, u32)>, count: usize) -> Vec<u32> {
        let comes = |place: (N, u32)| before.is_none_or(|edge| place < edge);
        if set.len() < FEW {
            return self.least(set, count, |place| comes(place).then_some(Reverse(place)));
        }
        let last = self.steps.len() - 1;
        let first = match before {
            Some((edge, _)) => self.step(edge),
            // From above; further down, the first step above which is nothing of it.
            None => (0..last.min(NEAR))
                .map(|down| last - down)
                .find(|step| !self.steps[*step].own.is_disjoint(set))
                .unwrap_or_else(|| halve(0, last, |step| set.is_subset(&self.steps[step].upto))),
        };
        self.in_steps(set, (0..=first).rev(), true, comes, count)
    }

    /// The first documents of a set that come, in the order of some steps and in the order in each of them.
    fn in_steps(
        &self,
        set: &RoaringBitmap,
        steps: impl Iterator<Item = usize>,
        descending: bool,
        comes: impl Fn((N, u32)) -> bool,
        count: usize,
    ) -> Vec<u32> {
        let comes = |document: &u32| comes((self.value(*document), *document));
        // Else what there is of a step is found faster than the first of it.
        let is_dense = set.len() > self.all().len() / 16;
        let mut found = Vec::with_capacity(count);
        for step in steps {
            let missing = count - found.len();
            if missing == 0 {
                break;
            }
            let mut take = |these: &mut dyn DoubleEndedIterator<Item = u32>| {
                if descending {
                    found.extend(these.rev().take(missing))
                } else {
                    found.extend(these.take(missing))
                }
            };
            let Step { order, own, .. } = &self.steps[step];
            match order {
                Some(order) if is_dense => {
                    let is_of = |document: &u32| set.contains(*document) && comes(document);
                    take(&mut order.iter().copied().filter(is_of));
                }
                _ if self.is_single(step) => take(&mut (set & own).iter().filter(comes)),
                _ => take(&mut self.in_order(&(set & own)).into_iter().filter(comes)),
            }
        }
        found
    }

    /// The documents of a few with the least places, in order, without those that have none.
    fn least<P: Ord>(
        &self,
        documents: &RoaringBitmap,
        count: usize,
        place: impl Fn((N, u32)) -> Option<P>,
    ) -> Vec<u32> {
        let mut found: Vec<(P, u32)> = documents
            .iter()
            .filter_map(|document| Some((place((self.value(document), document))?, document)))
            .collect();
        if count < found.len() {
            found.select_nth_unstable(count);
            found.truncate(count);
        }
        found.sort_unstable();
        found.into_iter().map(|(_, document)| document).collect()
    }

    /// Documents in the order of their values.
    fn in_order(&self, documents: &RoaringBitmap) -> Vec<u32> {
        let mut order: Vec<u32> = documents.iter().collect();
        // Stable, so that those of the same value stay in the order of their numbers.
        order.sort_by_key(|document| self.value(*document));
        order
    }
}

/// The first of some numbers that is right, if all after it are too; the last one if none is.
fn halve(first: usize, last: usize, right: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (first, last);
    while low < high {
        let middle = low.midpoint(high);
        if right(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
