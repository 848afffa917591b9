//! What must be in a file, with and without a preset: the schema demands what the loader demands.

use roamgate::camara::Aggregator;
use serde_json::{Value, json};

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

/// What may stand for each key, or nothing.
const PARTS: [(&str, &[&str]); 7] = [
    ("preset", &["telefonica-sandbox", "telefonica", "camara-1", "vonage", "orange", "nokia"]),
    (
        "client",
        &[
            r#"{ "id": "c" }"#,
            r#"{ "authentication": "none" }"#,
            r#"{ "id": "c", "authentication": { "basic": { "secret": { "env": "S" } } } }"#,
            r#"{ "id": "c", "authentication": { "bearerJwt": { "key": { "env": "S" } } } }"#,
            r#"{ "id": "c", "authentication": { "privateKeyJwt": { "key": { "env": "S" } } } }"#,
        ],
    ),
    (
        "grant",
        &[
            r#"{ "ciba": { "scope": "s" } }"#,
            r#"{ "ciba": { "scope": "s", "loginHint": "{e164}" } }"#,
            r#"{ "clientCredentials": {} }"#,
        ],
    ),
    ("api", &[r#"{ "compatibility": [] }"#, r#"{ "dialect": "device-status-0.4" }"#]),
    ("baseUrl", &["https://a.example"]),
    ("discovery", &[r#"{ "issuer": "https://i.example" }"#]),
    ("headers", &[r#"{ "X-RapidAPI-Key": { "env": "S" }, "X-RapidAPI-Host": { "env": "S" } }"#]),
];

/// Every file that these parts make.
fn files() -> Vec<Value> {
    let mut files = vec![json!({ "apiVersion": "roamgate/v1", "kind": "Aggregator" })];
    for (key, values) in PARTS {
        let with = |file: &Value, text: &str| {
            let mut file = file.clone();
            file[key] = serde_json::from_str(text).unwrap_or_else(|_| text.into());
            file
        };
        let added = files.iter().flat_map(|file| values.iter().map(|text| with(file, text)));
        let added: Vec<_> = added.collect();
        files.extend(added);
    }
    // Where the grant or the dialect is another one than the preset's, the schema does not know what
    // else is of use.
    let speaks = |file: &Value| !file["api"]["dialect"].is_null();
    let changed = |file: &Value| match file["preset"].as_str() {
        Some("nokia") => speaks(file) || !file["client"].is_null() || !file["grant"].is_null(),
        Some("orange") => speaks(file) || !file["grant"]["ciba"].is_null(),
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
