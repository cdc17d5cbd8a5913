//! The JSON-RPC methods of the node as its source declares them, and as `docs/rpc.md` lists them.

/// A method: its name on the wire, and its parameters as the page writes them: `record, at?`.
#[derive(Debug, PartialEq, Eq)]
pub struct Method {
    pub name: String,
    pub parameters: String,
}

/// What `#[rpc(...)]` and `#[method(...)]` or `#[subscription(...)]` in the source of the trait declare.
pub fn methods(source: &str) -> Vec<Method> {
    let namespace = between(source, "namespace = \"", "\"").expect("the trait has a namespace");
    source
        .split("    #[")
        .filter(|attribute| attribute.starts_with("method(") || attribute.starts_with("subscription("))
        .map(|method| {
            let name = between(method, "name = \"", "\"").expect("a method has a name");
            // From the name of the function to what it answers: its parameters have no parentheses in them.
            let function = between(method, "fn ", "->").expect("a method is a function");
            let list = between(function, "(", ")").expect("a function has parameters");
            let parameters: Vec<String> =
                list.split(", ").flat_map(|part| part.split(",\n")).filter_map(parameter).collect();
            Method { name: format!("{namespace}_{name}"), parameters: parameters.join(", ") }
        })
        .collect()
}

fn parameter(text: &str) -> Option<String> {
    let (name, kind) = text.trim().split_once(':')?;
    let optional = if kind.trim().starts_with("Option<") { "?" } else { "" };
    let mut words = name.trim().split('_');
    let first = words.next()?.to_owned();
    let camel = words.fold(first, |name, word| {
        let (head, tail) = word.split_at(1.min(word.len()));
        name + &head.to_uppercase() + tail
    });
    Some(camel + optional)
}

/// The lines of the table.
pub fn described(page: &str) -> Vec<Method> {
    page.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `medshare_")?.split('|');
            let name = cells.next()?.trim().trim_end_matches('`');
            Some(Method { name: format!("medshare_{name}"), parameters: cells.next()?.trim().to_owned() })
        })
        .collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0)
}

#[test]
fn reads_methods_over_one_line_and_over_several() {
    let source = "#[rpc(server, namespace = \"ours\")] trait T {\n    #[method(name = \"one\", blocking)]\n \
                  fn one(&self, who: AccountId, at: Option<Hash>) -> RpcResult<u8>;\n    #[method(name = \"two\")]\n fn two(\n \
                  &self,\n from_block: u32,\n ) -> RpcResult<Vec<(u8, u8)>>;\n    #[subscription(name = \"subscribeUs\" => \"us\", \
                  unsubscribe = \"unsubscribeUs\", item = u8)]\n async fn us(&self) -> SubscriptionResult; }";
    let method = |name: &str, parameters: &str| Method { name: name.into(), parameters: parameters.into() };
    assert_eq!(
        methods(source),
        [method("ours_one", "who, at?"), method("ours_two", "fromBlock"), method("ours_subscribeUs", "")]
    );
    assert_eq!(
        described("| `medshare_one` | who, at? | x |\n| other |"),
        [method("medshare_one", "who, at?")]
    );
}
