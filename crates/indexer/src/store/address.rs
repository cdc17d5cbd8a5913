//! Addresses of databases.

use std::fmt::Write as _;

use crate::{Backend, Error, Result};

/// A database in memory, for tests.
pub const MEMORY: &str = "sqlite::memory:";

/// What a database's address means to the driver.
pub fn url(address: &str) -> Result<(Backend, String)> {
    if address == MEMORY {
        return Ok((Backend::Sqlite, address.into()));
    }
    if let Some(path) = address.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
        let path = path.strip_prefix("//").unwrap_or(path);
        let mut url = String::from("sqlite://");
        for byte in path.bytes() {
            if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
                url.push(byte.into());
            } else {
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url.push_str("?mode=rwc");
        return Ok((Backend::Sqlite, url));
    }
    if ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
        return Ok((Backend::Postgresql, address.into()));
    }
    Err(Error::Address(without_password(address)))
}

/// An address as it may be shown: without what stands between the user's name and the host, and without parameters that are
/// secret.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.into() };
    // A password may have any character in it, also those that should have been written otherwise.
    let shown = match rest.rfind('@') {
        Some(at) => {
            let user = rest[..at].split([':', '/', '?', '#']).next().unwrap_or_default();
            format!("{user}{}", &rest[at..])
        }
        None => rest.into(),
    };
    let shown = match shown.split_once('?') {
        Some((before, parameters)) => {
            let kept: Vec<&str> = parameters
                .split('&')
                .filter(|parameter| {
                    let name = parameter.split('=').next().unwrap_or_default().to_lowercase();
                    !name.contains("pass")
                })
                .collect();
            if kept.is_empty() { before.into() } else { format!("{before}?{}", kept.join("&")) }
        }
        None => shown,
    };
    format!("{scheme}://{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            ("postgres://index@host/db", "postgres://index@host/db"),
            ("postgres://index:secret@host:5432/db", "postgres://index@host:5432/db"),
            ("postgres://index:s@e/c?r#et@host/db", "postgres://index@host/db"),
            ("postgres://index@host/db?password=secret&host=/run", "postgres://index@host/db?host=/run"),
            ("postgres://index@host/db?sslpassword=secret", "postgres://index@host/db"),
            ("mysql://index:secret@host/db", "mysql://index@host/db"),
            ("postgres:///db?host=/run", "postgres:///db?host=/run"),
            ("sqlite:/a/file", "sqlite:/a/file"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }

    #[test]
    fn a_path_may_have_any_character() {
        let (_, url) = url("sqlite:/a b/c#d?.db").expect("it is a path");
        assert_eq!(url, "sqlite:///a%20b/c%23d%3F.db?mode=rwc");
    }
}
