//! The OpenAPI files of CAMARA, as far as they speak of the roaming endpoint.
//!
//! A validator for the keywords that these files use. A keyword that it does not know fails the test,
//! so that nothing passes unlooked at.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use regex::bytes::RegexBuilder;
use serde_json::{Map, Value};

/// A file.
pub(crate) struct OpenApi {
    root: Value,
}

/// An example answer of the roaming endpoint.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) status: u16,
    pub(crate) name: String,
    pub(crate) body: Value,
}

impl OpenApi {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let root = serde_yaml::from_str(&text).unwrap_or_else(|error| {
            panic!("{}: {error}", path.display());
        });
        Self { root }
    }

    /// The path of the roaming endpoint below the base URL, and what is said of it.
    fn operation(&self) -> Option<(String, &Value)> {
        let paths = self.root["paths"].as_object()?;
        let (path, item) = paths.iter().find(|(path, _)| ENDPOINTS.contains(&path.as_str()))?;
        Some((format!("{}{path}", self.base()), &item["post"]))
    }

    /// The path of the server's URL: what follows the variable for the host.
    fn base(&self) -> String {
        let server = &self.root["servers"][0];
        let url = server["url"].as_str().unwrap();
        let (_, path) = url.split_once('/').unwrap();
        let base = server["variables"]["basePath"]["default"].as_str().unwrap_or_default();
        let path = path.replace("{basePath}", base);
        format!("/{}", path.trim_matches('/'))
    }

    pub(crate) fn path(&self) -> String {
        self.operation().unwrap().0
    }

    /// What the file has against this body of a request.
    pub(crate) fn faults_of_request(&self, body: &Value) -> Vec<String> {
        let (_, post) = self.operation().unwrap();
        self.faults(&post["requestBody"]["content"]["application/json"]["schema"], body)
    }

    /// What the file has against these parameters of a form that is sent to this path.
    pub(crate) fn faults_of_form(&self, path: &str, form: &Value) -> Vec<String> {
        let content = &self.root["paths"][path]["post"]["requestBody"]["content"];
        self.faults(&content["application/x-www-form-urlencoded"]["schema"], form)
    }

    /// What the file has against this `x-correlator`, if it has the header.
    pub(crate) fn faults_of_correlator(&self, value: &str) -> Vec<String> {
        let (_, post) = self.operation().unwrap();
        let parameters = post["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut parameters = parameters.iter().map(|parameter| self.resolved(parameter));
        let correlator = parameters.find(|parameter| parameter["name"] == "x-correlator");
        correlator.map_or(Vec::new(), |it| self.faults(&it["schema"], &value.into()))
    }

    /// What the file has against this answer.
    pub(crate) fn faults_of_answer(&self, status: u16, body: &Value) -> Vec<String> {
        let (_, post) = self.operation().unwrap();
        let response = self.resolved(&post["responses"][status.to_string()]);
        match response["content"]["application/json"].get("schema") {
            Some(schema) => self.faults(schema, body),
            None => vec![format!("no answer has the status {status}")],
        }
    }

    /// Every example answer.
    pub(crate) fn examples(&self) -> Vec<Example> {
        let (_, post) = self.operation().unwrap();
        let responses = post["responses"].as_object().unwrap().iter();
        let of_response = |(status, response): (&String, &Value)| -> Vec<Example> {
            let media = &self.resolved(response)["content"]["application/json"];
            let named = media["examples"].as_object().into_iter().flatten();
            let named = named.map(|(name, it)| (name.clone(), self.resolved(it)["value"].clone()));
            let one = media.get("example").map(|body| ("example".to_owned(), body.clone()));
            let status = status.parse().unwrap();
            let example = |(name, body)| Example { status, name, body };
            named.chain(one).map(example).collect()
        };
        responses.flat_map(of_response).collect()
    }

    fn resolved<'a>(&'a self, node: &'a Value) -> &'a Value {
        let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return node };
        let pointer = reference.strip_prefix('#').unwrap();
        self.resolved(self.root.pointer(pointer).unwrap_or_else(|| panic!("{reference}")))
    }

    fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let schema = self.resolved(schema).as_object().unwrap();
        schema.iter().flat_map(|(key, rule)| self.broken(schema, key, rule, value)).collect()
    }

    /// What one keyword of a schema has against a value.
    fn broken(
        &self,
        schema: &Map<String, Value>,
        key: &str,
        rule: &Value,
        value: &Value,
    ) -> Vec<String> {
        let all = |rules: &Value| -> Vec<Vec<String>> {
            rules.as_array().unwrap().iter().map(|rule| self.faults(rule, value)).collect()
        };
        let kept = match key {
            "description" | "example" | "title" => true,
            "properties" => {
                let rules = rule.as_object().unwrap().iter();
                let present = rules.filter_map(|(name, rule)| Some((rule, value.get(name)?)));
                return present.flat_map(|(rule, value)| self.faults(rule, value)).collect();
            }
            "items" => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                return items.iter().flat_map(|item| self.faults(rule, item)).collect();
            }
            "allOf" => return all(rule).concat(),
            "anyOf" => all(rule).iter().any(Vec::is_empty),
            "oneOf" => all(rule).iter().filter(|faults| faults.is_empty()).count() == 1,
            "type" => {
                let nullable = schema.get("nullable") == Some(&Value::Bool(true));
                nullable && value.is_null() || is_of_type(rule.as_str().unwrap(), value)
            }
            _ => keeps(key, rule, value),
        };
        if kept { Vec::new() } else { vec![format!("{value} breaks `{key}: {rule}`")] }
    }
}

/// Does a value keep to a keyword that needs no other schema? One of another type does.
fn keeps(key: &str, rule: &Value, value: &Value) -> bool {
    let size = value.as_object().map(Map::len);
    let number = value.as_f64();
    match key {
        "nullable" => true,
        "required" => value.as_object().is_none_or(|members| {
            rule.as_array().unwrap().iter().all(|name| members.contains_key(name.as_str().unwrap()))
        }),
        "enum" => rule.as_array().unwrap().contains(value),
        "minProperties" => size.is_none_or(|size| size as u64 >= rule.as_u64().unwrap()),
        "maxProperties" => size.is_none_or(|size| size as u64 <= rule.as_u64().unwrap()),
        "minimum" => number.is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => number.is_none_or(|number| number <= rule.as_f64().unwrap()),
        "pattern" => value.as_str().is_none_or(|text| {
            let pattern = RegexBuilder::new(rule.as_str().unwrap()).unicode(false).build().unwrap();
            pattern.is_match(text.as_bytes())
        }),
        "format" => value.as_str().is_none_or(|text| match rule.as_str().unwrap() {
            "date-time" => text.parse::<jiff::Timestamp>().is_ok(),
            "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
            "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
            other => panic!("the format `{other}` is not looked at"),
        }),
        other => panic!("the keyword `{other}` is not looked at"),
    }
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("the type `{other}` is not looked at"),
    }
}

const ENDPOINTS: [&str; 3] = ["/roaming", "/retrieve", "/retrieve-roaming-status"];
