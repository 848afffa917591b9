//! What must be in a file, with and without a preset: the schema demands what the loader demands.

use roamgate::camara::Aggregator;
use serde_json::{Value, json};

use crate::presets::NAMES;

#[test]
fn the_schema_demands_what_the_loader_demands() {
    let schema: Value = serde_json::from_str(&Aggregator::schema()).unwrap();
    let (mut whole, mut partial) = (0, 0);
    for file in files() {
        let problems = Aggregator::check("a.yaml", &file.to_string());
        let demanded = fits(&schema, &schema, &file);
        assert_eq!(problems.is_empty(), demanded, "{file}\n{problems}");
        if demanded { whole += 1 } else { partial += 1 }
    }
    assert!(whole > 50 && partial > 500, "{whole} {partial}");
}

/// Every file that these parts make.
fn files() -> Vec<Value> {
    let secret = json!({ "env": "S" });
    let parts: [(&str, Vec<Value>); 7] = [
        ("preset", [Value::Null].into_iter().chain(NAMES.map(Value::from)).collect()),
        (
            "client",
            vec![
                Value::Null,
                json!({ "id": "c" }),
                json!({ "authentication": "none" }),
                json!({ "id": "c", "authentication": { "basic": { "secret": secret } } }),
                json!({ "id": "c", "authentication": { "bearerJwt": { "key": secret } } }),
                json!({ "id": "c", "authentication": { "privateKeyJwt": { "key": secret } } }),
            ],
        ),
        (
            "grant",
            vec![
                Value::Null,
                json!({ "ciba": { "scope": "s" } }),
                json!({ "ciba": { "scope": "s", "loginHint": "{e164}" } }),
                json!({ "clientCredentials": {} }),
            ],
        ),
        (
            "api",
            vec![
                Value::Null,
                json!({ "compatibility": [] }),
                json!({ "dialect": "device-status-0.4" }),
            ],
        ),
        ("baseUrl", vec![Value::Null, json!("https://a.example")]),
        ("discovery", vec![Value::Null, json!({ "issuer": "https://i.example" })]),
        (
            "headers",
            vec![Value::Null, json!({ "X-RapidAPI-Key": secret, "X-RapidAPI-Host": secret })],
        ),
    ];
    let mut files = vec![json!({ "apiVersion": "roamgate/v1", "kind": "Aggregator" })];
    for (key, values) in parts {
        let with = |file: &Value, value: &Value| {
            let mut file = file.clone();
            if !value.is_null() {
                file[key] = value.clone();
            }
            file
        };
        files = files
            .iter()
            .flat_map(|file| values.iter().map(|it| with(file, it)).collect::<Vec<_>>())
            .collect();
    }
    // Where the grant is another one than the preset's, the schema does not know what else is of use.
    let changed = |file: &Value| match file["preset"].as_str() {
        Some("nokia") => !file["client"].is_null() || !file["grant"].is_null(),
        Some("orange") => !file["grant"]["ciba"].is_null(),
        _ => false,
    };
    files.retain(|file| !changed(file));
    files
}

/// Does a value fit a schema, as far as keys that are there or missing decide?
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let each = |name: &str, fit: &dyn Fn(&Value) -> bool| {
        schema[name].as_array().is_none_or(|list| list.iter().all(fit))
    };
    let is = |part: &Value| fits(root, part, value);
    let has = |key: &Value| value.get(key.as_str().unwrap()).is_some() || !value.is_object();
    let below = |name: &str, key: &dyn Fn(&str) -> String| {
        schema[name].as_object().is_none_or(|parts| {
            parts
                .iter()
                .all(|(name, part)| value.get(key(name)).is_none_or(|it| fits(root, part, it)))
        })
    };
    let reference = schema["$ref"].as_str().is_none_or(|at| is(root.pointer(&at[1..]).unwrap()));
    let chosen = match schema.get("if") {
        Some(condition) => schema.get(if is(condition) { "then" } else { "else" }).is_none_or(is),
        None => true,
    };
    let is_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("string") => value.is_string(),
        _ => true,
    };
    reference
        && chosen
        && is_type
        && each("allOf", &is)
        && schema["anyOf"].as_array().is_none_or(|list| list.iter().any(is))
        && schema.get("not").is_none_or(|part| !is(part))
        && schema.get("const").is_none_or(|it| it == value)
        && schema["enum"].as_array().is_none_or(|list| list.contains(value))
        && each("required", &has)
        && below("properties", &str::to_owned)
        && below("patternProperties", &|pattern| pattern.trim_matches(['^', '$']).to_owned())
}
