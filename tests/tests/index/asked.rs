//! Questions to a node, whose answers are compared with the node's own description of them.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow, ensure};
use medshare_tests::{
    rpc::{Failure, Rpc},
    schema::close,
};
use serde_json::{Value, json};
use subxt::rpcs::{client::RpcSubscription, rpc_params};

/// What the description is called while it is used; nothing is fetched from there.
const PLACE: &str = "https://medshare.invalid/openrpc.json";

/// A node's RPC and its description.
pub struct Node {
    rpc: Rpc,
    document: Value,
    subscription: tokio::sync::Mutex<RpcSubscription<Value>>,
}

impl Node {
    /// The node at an address, after it told what it answers.
    pub async fn at(url: &str) -> Result<Self> {
        let rpc = Rpc::at(url.to_owned());
        let mut document: Value = rpc.ask("rpc.discover", rpc_params![]).await?;
        close(&mut document);
        let heads =
            rpc.subscribe("medshare_subscribeHeads", rpc_params![], "medshare_unsubscribeHeads").await?;
        let node = Self { rpc, document, subscription: tokio::sync::Mutex::new(heads) };
        node.describes_every_method().await?;
        Ok(node)
    }

    /// Asks one question with its query.
    pub async fn ask(&self, method: &str, query: Value) -> Result<Value> {
        let answer = self.rpc.ask(&format!("medshare_{method}"), rpc_params![query]).await?;
        self.fits(&self.method(method)?["result"]["schema"], &answer).with_context(|| method.to_owned())?;
        Ok(answer)
    }

    /// Asks one question without a query.
    pub async fn state(&self) -> Result<Value> {
        let answer = self.rpc.ask("medshare_index", rpc_params![]).await?;
        self.fits(&self.method("index")?["result"]["schema"], &answer)?;
        Ok(answer)
    }

    /// With which code a question is refused, and what is said.
    pub async fn refusal(&self, method: &str, query: Value) -> Result<(i32, String)> {
        let asked = format!("medshare_{method}");
        match self.rpc.ask::<Value>(&asked, rpc_params![query]).await {
            Err(Failure::Refused { code, message }) => Ok((code, message)),
            Err(silent) => Err(silent.into()),
            Ok(answer) => Err(anyhow!("{asked} answered {answer}")),
        }
    }

    /// Subscribes to something; the items come as `{ at, item }`.
    pub async fn subscribe(&self, what: &str, query: Value) -> Result<RpcSubscription<Value>> {
        let (begin, end) = (format!("medshare_subscribe{what}"), format!("medshare_unsubscribe{what}"));
        Ok(self.rpc.subscribe(&begin, rpc_params![query], &end).await?)
    }

    /// The next that a subscription tells, which must be what is described.
    pub async fn next(&self, what: &str, subscription: &mut RpcSubscription<Value>) -> Result<Value> {
        let told = subscription.next().await.with_context(|| format!("the {what} ended"))??;
        self.told(what, &told)?;
        Ok(told)
    }

    /// Checks what a subscription told.
    fn told(&self, what: &str, item: &Value) -> Result<()> {
        self.fits(&self.method(&format!("subscribe{what}"))?["x-notification"]["schema"], item)
    }

    /// Asks again with each final block until the answer is as wanted, for at most 90 blocks. An index that is behind is
    /// waited for.
    pub async fn when(&self, method: &str, query: Value, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let mut heads = self.subscription.lock().await;
        let mut last = Value::Null;
        for _ in 0..90 {
            match self.ask(method, query.clone()).await {
                Ok(answer) if wanted(&answer) => return Ok(answer),
                Ok(answer) => last = answer,
                Err(error) if is_behind(&error) => last = json!(error.to_string()),
                Err(error) => return Err(error),
            }
            self.next("Heads", &mut heads).await?;
        }
        Err(anyhow!("{method} with {query} does not become what it should; at last {last:#}"))
    }

    /// Every method of ours that the node has is described, and nothing else.
    async fn describes_every_method(&self) -> Result<()> {
        let known: Value = self.rpc.ask("rpc_methods", rpc_params![]).await?;
        let names = |list: &Value| -> BTreeSet<String> {
            let names = list.as_array().into_iter().flatten();
            names.filter_map(|name| Some(name.as_str()?.to_owned())).collect()
        };
        let known: BTreeSet<String> =
            names(&known["methods"]).into_iter().filter(|name| name.starts_with("medshare_")).collect();
        let described: Value = self.document["methods"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|method| method["name"].clone())
            .collect();
        ensure!(known == names(&described), "the node has {known:#?} and describes {described:#}");
        Ok(())
    }

    fn method(&self, name: &str) -> Result<&Value> {
        let name = format!("medshare_{name}");
        let methods = self.document["methods"].as_array().into_iter().flatten();
        methods
            .into_iter()
            .find(|method| method["name"] == name.as_str())
            .with_context(|| format!("{name} is not described"))
    }

    /// Whether a value is of a schema of the description, with no member that it does not know.
    fn fits(&self, schema: &Value, value: &Value) -> Result<()> {
        let mut document = self.document.clone();
        document["wanted"] = schema.clone();
        let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
        compiler.add_resource(PLACE, document).map_err(|error| anyhow!("the description: {error:#}"))?;
        let compiled = compiler
            .compile(&format!("{PLACE}#/wanted"), &mut schemas)
            .map_err(|error| anyhow!("no schema: {error:#}"))?;
        schemas
            .validate(value, compiled)
            .map_err(|error| anyhow!("not what is described: {error:#}\nin {value:#}"))
    }
}

fn is_behind(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Failure::Refused { code: 9006, .. }))
}
