//! The file as it is written.

use serde::Deserialize;
use toml::Value;

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
    #[serde(default)]
    pub parameters: Parameters,
    #[serde(default)]
    pub quota: Quotas,
    #[serde(default, rename = "hospital")]
    pub hospitals: Vec<HospitalEntry>,
    #[serde(default, rename = "auditor")]
    pub auditors: Vec<MemberEntry>,
    #[serde(default, rename = "vault")]
    pub vaults: Vec<MemberEntry>,
    #[serde(default, rename = "observer")]
    pub observers: Vec<ObserverEntry>,
}

/// What the chain has otherwise than the runtime. Of any type, so that what has the wrong one is told what to write.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    pub deliver_within: Option<Value>,
    pub ruling_within: Option<Value>,
    pub fee_share: Option<Value>,
    pub retained_share: Option<Value>,
    pub claim_bond_share: Option<Value>,
    pub split: Option<Split>,
    pub min_price: Option<Value>,
    pub min_bond: Option<Value>,
    pub key_window: Option<Value>,
    pub vote_window: Option<Value>,
    pub session_blocks: Option<Value>,
}

/// Who gets which part of the fee.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    pub auditors: Value,
    pub vaults: Value,
}

/// Quotas by role.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    pub hospital: Tiers,
    pub auditor: Tiers,
    pub provider: Tiers,
    pub buyer: Tiers,
    pub vault: Tiers,
}

/// A role's quotas by tier of credit.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tiers {
    pub restricted: Option<Value>,
    pub standard: Option<Value>,
    pub trusted: Option<Value>,
    pub exemplary: Option<Value>,
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
