//! Many names in one line of a message.

/// Most names that a message lists.
const MAX_LISTED: usize = 10;

/// Names in one line: the first ten, and how many more there are.
///
/// ```
/// use medshare_client::listed::listed;
///
/// assert_eq!(listed(&["PatientName", "PatientID"]), "PatientName, PatientID");
/// assert_eq!(listed(&["x"; 12]), "x, x, x, x, x, x, x, x, x, x, and 2 more");
/// ```
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let mut text = names.iter().take(MAX_LISTED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if let more @ 1.. = names.len().saturating_sub(MAX_LISTED) {
        text.push_str(&format!(", and {more} more"));
    }
    text
}
