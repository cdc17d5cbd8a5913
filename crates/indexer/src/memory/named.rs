//! Names that have numbers, each with its documents.

use std::{collections::HashMap, hash::Hash};

use roaring::RoaringBitmap;

/// Names with numbers. A name whose last document goes, goes too, and its number is given to another one.
pub struct Named<T> {
    numbers: HashMap<T, u32>,
    sets: Vec<Option<(T, RoaringBitmap)>>,
    free: Vec<u32>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), sets: Vec::new(), free: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Named<T> {
    /// Adds a document, and gives the name's number.
    pub fn insert(&mut self, name: &T, document: u32) -> u32 {
        let number = match self.numbers.get(name) {
            Some(number) => *number,
            None => {
                let number = self.free.pop().unwrap_or_else(|| {
                    self.sets.push(None);
                    u32::try_from(self.sets.len() - 1).expect("there are fewer names than 2^32")
                });
                self.sets[number as usize] = Some((name.clone(), RoaringBitmap::new()));
                self.numbers.insert(name.clone(), number);
                number
            }
        };
        self.insert_at(number, document);
        number
    }

    /// Adds a document to a name that has others.
    pub fn insert_at(&mut self, number: u32, document: u32) {
        if let Some((_, set)) = &mut self.sets[number as usize] {
            set.insert(document);
        }
    }

    /// Takes a document out.
    pub fn remove(&mut self, number: u32, document: u32) {
        let place = &mut self.sets[number as usize];
        let Some((name, set)) = place else { return };
        set.remove(document);
        if set.is_empty() {
            self.numbers.remove(name);
            *place = None;
            self.free.push(number);
        }
    }

    /// The documents of a name.
    pub fn get(&self, name: &T) -> Option<&RoaringBitmap> {
        self.number(name).and_then(|number| self.set(number))
    }

    /// A name's number.
    pub fn number(&self, name: &T) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The documents of a number.
    pub fn set(&self, number: u32) -> Option<&RoaringBitmap> {
        self.sets.get(number as usize)?.as_ref().map(|(_, set)| set)
    }

    /// The name of a number.
    pub fn name(&self, number: u32) -> Option<&T> {
        self.sets.get(number as usize)?.as_ref().map(|(name, _)| name)
    }

    /// All names that there are, with their numbers and documents.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T, &RoaringBitmap)> {
        (0u32..).zip(&self.sets).filter_map(|(number, place)| {
            let (name, set) = place.as_ref()?;
            Some((number, name, set))
        })
    }

    /// How many numbers were given, also to names that are gone.
    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.sets.len()
    }
}
