//! `regorus`, Rego in the process: one policy (`effect.rego`), and the rules as its data.
//!
//! Data keyed by what is asked for is how OPA's own documentation makes a decision independent of the
//! number of rules: the rules of a route are found in one look-up, and a country in the keys of an
//! object. One Rego rule for each of our rules would be tried one after the other.
//!
//! The policy does without `else`: where it said `else := "stepUp"`, the register machine of 0.14.1
//! answered `allow` to requests that the interpreter answers with `stepUp`.
//!
//! The engine has three ways to evaluate a policy. [`Interpreted`] keeps one `Engine` and sets its
//! input; [`Compiled`] shares a `CompiledPolicy`, which makes an engine of it for every request;
//! [`Bytecode`] runs the register machine, the newest. The input is made for every request, as an
//! object of three texts, never from JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::{CompiledPolicy, PolicyModule, Value};
use roamgate::policy::Effect;

use super::Engine;
use crate::rules::{Asked, Rule, Side};

const ENTRY: &str = "data.gate.effect";

/// One engine, whose input is set for every request.
#[derive(Debug)]
pub struct Interpreted(regorus::Engine);

/// A compiled policy, which is shared.
#[derive(Debug)]
pub struct Compiled(CompiledPolicy);

/// The register machine, which keeps its registers.
pub struct Bytecode(RegoVM);

/// The rules as data: by path and effect.
#[must_use]
pub fn data(rules: &[Rule]) -> Value {
    let mut routes: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
    for rule in rules {
        let effects = routes.entry(&rule.path).or_default();
        effects.entry(rule.effect.name()).or_default().push(row(rule));
    }
    let routes = routes.into_iter().map(|(path, effects)| {
        let effects = effects.into_iter().map(|(effect, rows)| (effect, Value::from(rows)));
        (path, object(effects))
    });
    object([("routes", object(routes))])
}

fn row(rule: &Rule) -> Value {
    let side = match rule.side {
        Side::Inside => "inside",
        Side::Outside => "outside",
    };
    let countries = rule.countries.iter().map(|country| (country.code(), Value::from(true)));
    object([("side", side.into()), ("countries", object(countries))])
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let members = members.into_iter().map(|(key, value)| (Value::from(key), value));
    members.collect::<BTreeMap<_, _>>().into()
}

/// What a request is asked with.
#[must_use]
pub fn input(path: &str, status: &str, country: &str) -> Value {
    object([("path", path.into()), ("status", status.into()), ("country", country.into())])
}

/// The policy, compiled with these data.
#[must_use]
pub fn compile(data: Value) -> CompiledPolicy {
    let module =
        PolicyModule { id: "effect.rego".into(), content: include_str!("effect.rego").into() };
    regorus::compile_policy_with_entrypoint(data, &[module], ENTRY.into()).unwrap()
}

/// The effect of which an answer is the name.
#[must_use]
pub fn effect(answer: &Value) -> Effect {
    match answer.as_string().map(AsRef::as_ref) {
        Ok("allow") => Effect::Allow,
        Ok("stepUp") => Effect::StepUp,
        _ => Effect::Deny,
    }
}

impl Interpreted {
    /// Loads the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut engine = regorus::Engine::new();
        let text = include_str!("effect.rego").to_owned();
        engine.add_policy("effect.rego".to_owned(), text).unwrap();
        engine.add_data(data(rules)).unwrap();
        Self(engine)
    }
}

impl Compiled {
    /// Compiles the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        Self(compile(data(rules)))
    }
}

impl Bytecode {
    /// Compiles the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let data = data(rules);
        let program = Compiler::compile_from_policy(&compile(data.clone()), &[ENTRY]).unwrap();
        let mut machine = RegoVM::new();
        machine.load_program(Arc::clone(&program));
        machine.set_data(data).unwrap();
        Self(machine)
    }
}

impl Engine<'_> for Interpreted {
    fn effect(&mut self, asked: &Asked) -> Effect {
        self.0.set_input(input(&asked.path, asked.status, asked.country));
        effect(&self.0.eval_rule(ENTRY.to_owned()).unwrap())
    }
}

impl Engine<'_> for Compiled {
    fn effect(&mut self, asked: &Asked) -> Effect {
        let input = input(&asked.path, asked.status, asked.country);
        effect(&self.0.eval_with_input(input).unwrap())
    }
}

impl Engine<'_> for Bytecode {
    fn effect(&mut self, asked: &Asked) -> Effect {
        self.0.set_input(input(&asked.path, asked.status, asked.country));
        effect(&self.0.execute().unwrap())
    }
}

impl std::fmt::Debug for Bytecode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bytecode").finish_non_exhaustive()
    }
}
