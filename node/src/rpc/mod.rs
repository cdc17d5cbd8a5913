//! JSON-RPC beyond what every Substrate node offers: account nonces, fees, and the namespace `medshare`.

mod api;
mod error;
mod page;
mod server;
mod view;

use std::sync::Arc;

use jsonrpsee::{RpcModule, server::RegisterMethodError};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::service::{FullBackend, FullClient, FullPool};
use api::MedshareRpcServer;

/// All methods in one module.
///
/// # Errors
/// If two methods have the same name.
pub fn build(client: Arc<FullClient>, pool: Arc<FullPool>) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(server::Medshare::<_, FullBackend>::new(client).into_rpc())?;
    Ok(module)
}
