//! `cedar-policy`: one `forbid` for each rule, beside one `permit` for everything.
//!
//! The route is the resource, compared in the scope of the policy, which the engine looks at before
//! any condition. Status and country are the context. Cedar knows two answers; which of two effects a
//! `forbid` stands for is written in an annotation, as its documentation suggests, and looked up in a
//! map made ahead of time. The engine evaluates every policy of the set; it has no index. Policies are
//! parsed once, the names of entities too; per request only the resource and the context are made,
//! without a schema, so that nothing is validated.

use std::collections::HashMap;

use cedar_policy::{
    Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet,
    Request, RestrictedExpression,
};
use roamgate::policy::Effect;

use super::Engine;
use crate::rules::{Asked, Rule, Side};

/// The policies, and what every request has in common.
#[derive(Debug)]
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    effects: HashMap<PolicyId, Effect>,
    entities: Entities,
    route: EntityTypeName,
    principal: EntityUid,
    action: EntityUid,
}

impl Cedar {
    /// Compiles the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut text = String::from("permit(principal, action, resource);\n");
        rules.iter().for_each(|rule| text.push_str(&forbid(rule)));
        let policies: PolicySet = text.parse().unwrap();
        let effect = |policy: &cedar_policy::Policy| match policy.annotation("effect") {
            Some("stepUp") => Effect::StepUp,
            Some(_) => Effect::Deny,
            None => Effect::Allow,
        };
        let effects = policies.policies().map(|policy| (policy.id().clone(), effect(policy)));
        Self {
            authorizer: Authorizer::new(),
            effects: effects.collect(),
            policies,
            entities: Entities::empty(),
            route: "Route".parse().unwrap(),
            principal: "Customer::\"customer\"".parse().unwrap(),
            action: "Action::\"call\"".parse().unwrap(),
        }
    }

    fn request(&self, asked: &Asked) -> Request {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let facts = [("status", asked.status), ("country", asked.country)];
        let context = Context::from_pairs(facts.map(|(key, value)| (key.to_owned(), text(value))));
        let route =
            EntityUid::from_type_name_and_id(self.route.clone(), EntityId::new(&asked.path));
        Request::new(self.principal.clone(), self.action.clone(), route, context.unwrap(), None)
            .unwrap()
    }
}

fn forbid(rule: &Rule) -> String {
    let not = if rule.side == Side::Outside { "!" } else { "" };
    let codes: Vec<_> = rule.countries.iter().map(|it| format!("\"{it}\"")).collect();
    format!(
        "@effect(\"{}\")\nforbid(principal, action, resource == Route::\"{}\")\n\
         when {{ context.status == \"unknown\" || context.status == \"roaming\" && {not}[{}].contains(context.country) }};\n",
        rule.effect.name(),
        rule.path,
        codes.join(", ")
    )
}

impl Engine<'_> for Cedar {
    fn effect(&mut self, asked: &Asked) -> Effect {
        let request = self.request(asked);
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        let deciding = response.diagnostics().reason();
        deciding.filter_map(|id| self.effects.get(id)).max().copied().unwrap_or(Effect::Deny)
    }
}
