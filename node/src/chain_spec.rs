//! Which chain a node runs: one of the runtime's genesis presets, or a file.

use medshare_runtime::{
    WASM_BINARY,
    genesis::{DEVELOPMENT, LOCAL},
};
use sc_service::{ChainType, GenericChainSpec, Properties};

/// A chain specification without extensions.
pub type ChainSpec = GenericChainSpec;

/// The chain that an identifier names: `dev` or `development`, `local`, or the path of a specification.
///
/// # Errors
/// Says what is wrong with the specification, or that the node was built without a runtime.
pub fn load(id: &str) -> Result<ChainSpec, String> {
    match id {
        "dev" | DEVELOPMENT => {
            from_preset("medshare development", "medshare_development", ChainType::Development, DEVELOPMENT)
        }
        "" | LOCAL => from_preset("medshare local", "medshare_local", ChainType::Local, LOCAL),
        path => ChainSpec::from_json_file(path.into()),
    }
}

fn from_preset(name: &str, id: &str, chain_type: ChainType, preset: &str) -> Result<ChainSpec, String> {
    let code = WASM_BINARY.ok_or(
        "this node was built without a runtime (SKIP_WASM_BUILD was set): it runs only chains given as a file",
    )?;
    Ok(ChainSpec::builder(code, None)
        .with_name(name)
        .with_id(id)
        .with_chain_type(chain_type)
        .with_protocol_id("medshare")
        .with_properties(properties())
        .with_genesis_config_preset_name(preset)
        .build())
}

/// What wallets learn about the token.
pub fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), medshare_runtime::TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), medshare_runtime::TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), medshare_runtime::SS58_PREFIX.into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named_in_the_error() {
        let error = load("/nowhere/chain.json").err().unwrap_or_default();
        assert!(error.contains("/nowhere/chain.json"), "{error}");
    }

    #[test]
    fn wallets_learn_the_token() {
        let properties = properties();
        assert_eq!(properties.get("tokenSymbol"), Some(&"MDS".into()));
        assert_eq!(properties.get("tokenDecimals"), Some(&12.into()));
    }
}
