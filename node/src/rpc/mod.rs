//! JSON-RPC beyond what every Substrate node offers: account nonces, fees, and the namespace `medshare`.

mod api;
mod error;
mod index;
mod listen;
mod market;
mod openrpc;
mod page;
mod question;
mod server;
mod subscriptions;
mod view;

use std::sync::Arc;

use jsonrpsee::{RpcModule, server::RegisterMethodError};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::{
    index::Service,
    service::{FullBackend, FullClient, FullPool},
};
use api::MedshareRpcServer;
use index::IndexRpcServer;
use subscriptions::{FromNews, SubscriptionRpcServer};

/// All methods in one module. Those that an index answers say so where there is none.
///
/// # Errors
/// If two methods have the same name.
pub fn build(
    client: Arc<FullClient>,
    pool: Arc<FullPool>,
    index: Option<Arc<Service>>,
) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(server::Medshare::<_, FullBackend>::new(client).into_rpc())?;
    module.merge(index::FromIndex::new(index.clone()).into_rpc())?;
    module.merge(FromNews::new(index).into_rpc())?;
    module.merge(openrpc::discovery()?)?;
    Ok(module)
}
