//! Which rows a list has.

use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Result,
    store::{Value, statement},
};

/// Conditions and their values.
#[derive(Clone, Default)]
pub struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    /// A condition, whose `?` stands for the value.
    pub fn and(&mut self, condition: &str, value: Value) {
        self.values.push(value);
        self.conditions.push(condition.replace('?', &format!("${}", self.values.len())));
    }

    /// A condition if something is given.
    pub fn and_if<T>(&mut self, condition: &str, given: Option<T>, value: impl Fn(T) -> Value) {
        if let Some(given) = given {
            self.and(condition, value(given));
        }
    }

    /// A condition without a value.
    pub fn plain(&mut self, condition: &str) {
        self.conditions.push(condition.into());
    }

    /// A column has one of some values.
    pub fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let first = self.values.len();
        self.values.extend(values);
        let holders: Vec<String> =
            (first..self.values.len()).map(|place| format!("${}", place + 1)).collect();
        self.conditions.push(format!("{column} IN ({})", holders.join(", ")));
    }

    fn text(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.conditions.join(" AND "))
        }
    }

    /// The rows that fit, in a query that begins and ends so.
    pub async fn fetch(&self, connection: &mut AnyConnection, begin: &str, end: &str) -> Result<Vec<AnyRow>> {
        let text = format!("{begin}{}{end}", self.text());
        Ok(statement(text, self.values.iter().cloned()).fetch_all(connection).await?)
    }
}
