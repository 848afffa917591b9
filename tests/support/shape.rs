//! Holding JSON against the part of JSON Schema that the guide uses.

use serde_json::Value;

/// Does the value fit? The part of JSON Schema that the page uses.
pub(crate) fn misfit(schema: &Value, value: &Value, at: &str) -> Option<String> {
    let types: Vec<_> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_type =
        types.is_empty() || types.contains(&own) || own == "integer" && types.contains(&"number");
    let is_listed = schema["enum"].as_array().is_none_or(|list| list.contains(value));
    let is_const = schema.get("const").is_none_or(|it| it == value);
    if !(is_type && is_listed && is_const) {
        return Some(format!("{at}: {value}"));
    }
    let items = value.as_array().into_iter().flatten();
    let inside = items.map(|item| (&schema["items"], item, at.to_owned()));
    let fields = value.as_object().into_iter().flatten();
    let fields = fields.map(|(name, field)| {
        let more = &schema["additionalProperties"];
        (schema["properties"].get(name).unwrap_or(more), field, format!("{at}/{name}"))
    });
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|name| value.is_object() && value.get(name).is_none());
    let missing: Vec<_> = missing.map(|name| format!("{at}: no {name}")).collect();
    let found = inside.chain(fields).find_map(|(schema, value, at)| match schema {
        Value::Bool(false) => Some(format!("{at}: not described")),
        schema => misfit(schema, value, &at),
    });
    missing.into_iter().next().or(found)
}
