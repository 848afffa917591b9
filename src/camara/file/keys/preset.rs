//! The key `preset`, and what a file must say with it and without.

use serde_json::{Map, Value, json};

use super::AGGREGATOR;
use crate::camara::file::preset::{is_choice, is_open, read};
use crate::camara::presets::NAMES;
use crate::document::{Block, Key, Need, Node, Shape};

pub(super) const PRESET: Key = Key::new(
    "preset",
    Shape::Words(&[
        ("telefonica-sandbox", "The Open Gateway sandbox of Telefónica: Device Status 0.4, CIBA, HTTP Basic. You say `client.id` and its secret."),
        ("telefonica", "Telefónica in production: as its sandbox. You also say `baseUrl` and the scope, which hold what your contract says."),
        ("camara-1", "Any aggregator that keeps to CAMARA: Device Roaming Status 1.x, CIBA, `privateKeyJwt`. You say `baseUrl`, `client.id`, the key and the scope."),
        ("vonage", "Vonage, region `eu` (observed): Device Status 0.5, CIBA, a JWT of the application. You say `client.id`, `applicationId` and its key."),
        ("orange", "The Network APIs Playground of Orange (observed): Device Roaming Status 1.x, client credentials, HTTP Basic. You say `client.id` and its secret."),
        ("nokia", "Nokia Network as Code: Device Roaming Status 1.x, no token, two headers. You say where the values of the headers are."),
    ]),
    "A provider to start from: what is known of it counts where this file says nothing else. Keys of this file override it, block by block.",
)
.examples(&["telefonica-sandbox", "camara-1"]);

/// What a file must say: everything, or what its preset leaves open.
pub(super) fn laws() -> Value {
    let has = |key: &str| json!({ "required": [key] });
    let with = |name: &str| json!({ "properties": { "preset": { "const": name } }, "required": ["preset"] });
    let all = missing("", &AGGREGATOR, None);
    let mut laws = vec![
        json!({ "if": { "not": has("preset") }, "then": { "allOf": [all, addressed(), known()] } }),
    ];
    for (name, text) in NAMES {
        let Some(preset) = read(text) else { continue };
        let open = |key: &str| preset.get(key).is_some_and(is_open);
        let mut wanted = vec![missing("", &AGGREGATOR, Some(&preset))];
        wanted.extend(open("baseUrl").then(addressed));
        wanted.extend(open("client").then(known));
        laws.push(json!({ "if": with(name), "then": { "allOf": wanted } }));
    }
    laws.into()
}

/// The addresses are complete.
fn addressed() -> Value {
    let named = |keys: &[&str]| json!({ "properties": { "endpoints": { "required": keys } } });
    let is_found = json!({ "anyOf": [{ "required": ["discovery"] }, { "not": asks() }] });
    let roaming = json!({ "allOf": [is_found, named(&["roaming"])] });
    let complete = json!({ "anyOf": [roaming, named(&["token", "roaming"])] });
    json!({
        "if": { "allOf": [{ "required": ["endpoints"] }, complete] },
        "else": { "required": ["baseUrl"] }
    })
}

/// The client is named where a token is asked for.
fn known() -> Value {
    json!({ "if": asks(), "then": { "required": ["client"] } })
}

fn asks() -> Value {
    json!({ "not": { "properties": { "grant": { "const": "none" } }, "required": ["grant"] } })
}

/// The keys that a block must have beside those of the preset, and those of the blocks in it. Patterns,
/// because editors offer what stands in `properties`, and these properties say nothing of themselves.
fn missing(name: &str, block: &Block, preset: Option<&Node>) -> Value {
    let given = |key: &Key| preset.and_then(|preset| preset.get(key.name));
    let is_one_of = preset.is_some_and(|preset| is_choice(name, preset));
    let is_missing = |key: &&Key| match given(key) {
        Some(given) => is_open(given) && !is_one_of && !CONDITIONAL.contains(&key.name),
        None => key.need == Need::ByLaw,
    };
    let required: Vec<_> = block.keys.iter().filter(is_missing).map(|key| key.name).collect();
    let mut properties = Map::new();
    for key in block.keys {
        properties.extend(block_of(key.shape).and_then(|block| {
            let below = missing(key.name, block, given(key));
            (below != json!({})).then(|| (format!("^{}$", key.name), below))
        }));
    }
    let mut schema = Map::new();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !properties.is_empty() {
        schema.insert("patternProperties".to_owned(), properties.into());
    }
    schema.into()
}

/// Needed only where the rest of the file wants them.
const CONDITIONAL: [&str; 2] = ["baseUrl", "client"];

fn block_of(shape: Shape) -> Option<&'static Block> {
    match shape {
        Shape::Block(block) => Some(block),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| block_of(*shape)),
        _ => None,
    }
}
