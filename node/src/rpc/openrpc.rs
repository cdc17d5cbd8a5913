//! The OpenRPC document of the namespace `medshare`: <https://spec.open-rpc.org>, with the schemas of the types that the
//! methods really take and give.

mod methods;

use jsonrpsee::{RpcModule, server::RegisterMethodError};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value as Json, json};

use methods::describe;

/// The version of OpenRPC.
const OPENRPC: &str = "1.3.2";

/// Where OpenRPC has the schemas that methods share.
const DEFINITIONS: &str = "/components/schemas";

/// The method that gives the document.
pub fn discovery() -> Result<RpcModule<Json>, RegisterMethodError> {
    let mut module = RpcModule::new(document());
    module.register_method("rpc.discover", |_, document, _| document.clone())?;
    Ok(module)
}

/// The document.
pub fn document() -> Json {
    let mut settings = SchemaSettings::draft07();
    settings.definitions_path = DEFINITIONS.into();
    settings.meta_schema = None;
    let mut document = Document {
        taken: settings.clone().for_deserialize().into_generator(),
        given: settings.for_serialize().into_generator(),
        methods: Vec::new(),
    };
    describe(&mut document);
    // What is both taken and given has one form.
    let mut schemas = document.taken.take_definitions(true);
    schemas.extend(document.given.take_definitions(true));
    json!({
        "openrpc": OPENRPC,
        "info": {
            "title": "medshare",
            "description": "Records, trade and people of a medshare chain, as a node knows them. Hashes are 0x-prefixed \
                hex, accounts SS58, times milliseconds since the Unix epoch, amounts decimal strings in the smallest unit.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0" },
        },
        "methods": document.methods,
        "components": { "schemas": schemas },
    })
}

/// The document while it is made.
struct Document {
    /// Of parameters, in which much may be left out.
    taken: SchemaGenerator,
    /// Of answers.
    given: SchemaGenerator,
    methods: Vec<Json>,
}

/// A method's parameter.
struct Parameter {
    name: &'static str,
    required: bool,
    schema: fn(&mut SchemaGenerator) -> Json,
}

/// A parameter that has to be given.
fn must<T: JsonSchema>(name: &'static str) -> Parameter {
    Parameter { name, required: true, schema: schema::<T> }
}

/// A parameter that may be left out, or null.
fn may<T: JsonSchema>(name: &'static str) -> Parameter {
    Parameter { name, required: false, schema: schema::<Option<T>> }
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Json {
    generator.subschema_for::<T>().to_value()
}

impl Document {
    /// Adds a method that answers with this type.
    fn method<T: JsonSchema>(&mut self, name: &str, summary: &str, parameters: &[Parameter]) {
        let result = schema::<T>(&mut self.given);
        self.add(name, summary, parameters, &result, None);
    }

    /// Adds a subscription to items of this type, and the method that ends it.
    fn subscription<T: JsonSchema>(
        &mut self,
        [subscribe, notification, unsubscribe]: [&str; 3],
        summary: &str,
        parameters: &[Parameter],
    ) {
        let item = schema::<T>(&mut self.given);
        let id = json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] });
        let told = json!({ "method": format!("medshare_{notification}"), "schema": item });
        self.add(subscribe, summary, parameters, &id, Some(told));
        let parameters = [Parameter { name: "subscription", required: true, schema: |_| json!(true) }];
        let result = json!({ "type": "boolean" });
        self.add(
            unsubscribe,
            &format!("Ends a subscription of `medshare_{subscribe}`."),
            &parameters,
            &result,
            None,
        );
    }

    fn add(
        &mut self,
        name: &str,
        summary: &str,
        parameters: &[Parameter],
        result: &Json,
        notification: Option<Json>,
    ) {
        let params: Vec<Json> = parameters
            .iter()
            .map(|Parameter { name, required, schema }| {
                json!({ "name": name, "required": required, "schema": schema(&mut self.taken) })
            })
            .collect();
        let mut method = json!({
            "name": format!("medshare_{name}"),
            "summary": summary,
            "paramStructure": "either",
            "params": params,
            "result": { "name": "result", "schema": result },
        });
        if let Some(notification) = notification {
            // OpenRPC knows no subscriptions.
            method["x-notification"] = notification;
        }
        self.methods.push(method);
    }
}

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
