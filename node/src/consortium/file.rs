//! The file as it is written.

use serde::Deserialize;

/// All of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub name: String,
    pub id: String,
    #[serde(default)]
    pub endowment: u64,
    #[serde(default)]
    pub bootnodes: Vec<String>,
    #[serde(default, rename = "hospital")]
    pub hospitals: Vec<HospitalEntry>,
    #[serde(default, rename = "auditor")]
    pub auditors: Vec<MemberEntry>,
    #[serde(default, rename = "vault")]
    pub vaults: Vec<MemberEntry>,
    #[serde(default, rename = "observer")]
    pub observers: Vec<ObserverEntry>,
}

/// A member that is a validator.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HospitalEntry {
    pub name: String,
    pub account: String,
    pub identity: String,
    pub encryption_key: String,
    pub aura: String,
    pub grandpa: String,
    pub endowment: Option<u64>,
    pub peer_id: Option<String>,
    pub address: Option<String>,
}

/// Another member.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberEntry {
    pub name: String,
    pub account: String,
    pub identity: String,
    pub encryption_key: String,
    pub endowment: Option<u64>,
}

/// A node that is no validator.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObserverEntry {
    pub name: String,
    pub account: String,
    pub peer_id: String,
    pub address: Option<String>,
}

impl HospitalEntry {
    /// What it has in common with other members.
    pub fn member(&self) -> MemberEntry {
        MemberEntry {
            name: self.name.clone(),
            account: self.account.clone(),
            identity: self.identity.clone(),
            encryption_key: self.encryption_key.clone(),
            endowment: self.endowment,
        }
    }
}
