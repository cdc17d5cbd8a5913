//! New members for loads and measurements.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use medshare_client::{
    Identity,
    chain::{Call, calls},
};
use medshare_types::{Hash, Role, Roles};

/// So many providers of a chain with this genesis, and the calls by which a hospital admits them.
///
/// # Errors
/// If their keys cannot be made.
pub fn providers(count: usize, genesis: &Hash) -> Result<(Vec<Identity>, Vec<Call>)> {
    let roles =
        Roles::try_from(BTreeSet::from([Role::Provider])).map_err(|_| anyhow!("one role is too many"))?;
    let members = (0..count).map(|_| Ok(Identity::generate()?)).collect::<Result<Vec<_>>>()?;
    let admissions = (1u64..).zip(&members).map(|(number, member)| {
        let application = member.application(genesis)?;
        let (who, identity) = (application.account, Hash::from_low_u64_be(number));
        Ok(calls::admit(who, roles.clone(), identity, application.key, application.proof))
    });
    let admissions = admissions.collect::<Result<Vec<_>>>()?;
    Ok((members, admissions))
}
