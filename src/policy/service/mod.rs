//! Manifests (`kind: Service`): what policies may rely on in a service.
//!
//! 1. [`Manifest`] says which attributes a service supplies, which headers it trusts, whether it
//!    knows how customers authenticated, and which routes it has. The service writes it
//!    ([`RoamingLayer::service`](crate::RoamingLayer::service)), its engineers commit it.
//! 2. [`Policy::check_for`](crate::Policy::check_for) judges policies by one: an attribute nobody
//!    supplies (E019), a header that is not trusted (E020), a step-up that nobody can make (E021),
//!    routes that one side lacks (W112).
//!
//! # Example
//!
//! ```
//! use std::time::SystemTime;
//! use roamgate::policy::service::Manifest;
//! use roamgate::policy::{FactKind, Policy, SourceFile};
//!
//! let service = Manifest::new("payments-api")
//!     .supplies([("request.amountEur", FactKind::Number)])
//!     .routes(["POST /v1/payments"]);
//! let file = SourceFile::new("p.yaml", r#"
//! apiVersion: roamgate/v1
//! kind: RoamingPolicy
//! metadata: { name: p, owner: risk@bank.example }
//! attributes: { request.amountEuro: { type: number } }
//! defaults: { unmatchedRoute: allow, onUnknown: deny }
//! routes: { pay: [{ method: POST, path: "/v1/payments" }] }
//! rules:
//!   - id: large-from-home
//!     description: Large payments are made from home.
//!     match: { routes: [pay], request.amountEuro: { gte: 200 } }
//!     require: { line: home }
//!     otherwise: deny
//! "#);
//!
//! let (policy, problems) = Policy::check_for(&[file], &service, SystemTime::UNIX_EPOCH);
//! assert!(policy.is_none());
//! let problem = problems.iter().next().unwrap();
//! assert_eq!(problem.message, "the service does not supply `request.amountEuro`");
//! assert_eq!(problem.help.as_deref(), Some("did you mean `request.amountEur`?"));
//! ```

mod load;
mod needs;
mod route;
mod routes;
mod write;

pub(crate) use needs::Needs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fact::FactKind;
use super::files::SourceFile;
use super::keys::SERVICE;
use crate::document::{self, Problems, Source};
use route::ServiceRoute;

/// What policies may rely on in a service. Displays as the file that its engineers commit; two
/// are equal that say the same.
#[derive(Clone, Debug)]
pub struct Manifest {
    name: Arc<str>,
    owner: Option<Arc<str>>,
    /// None where nobody says which there are.
    routes: Option<Vec<ServiceRoute>>,
    attributes: BTreeMap<Arc<str>, FactKind>,
    trusted_headers: BTreeSet<Arc<str>>,
    assurance: bool,
    /// The file, if it was read from one.
    source: Source,
}

impl Manifest {
    /// A service of this name that supplies nothing, with routes that nobody knows.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            owner: None,
            routes: None,
            attributes: BTreeMap::new(),
            trusted_headers: BTreeSet::new(),
            assurance: false,
            source: Source::new(name, ""),
        }
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// Every problem of the file at once.
    pub fn read(file: &SourceFile) -> Result<Self, Problems> {
        load::load(&file.source()).map_err(Problems::from_iter)
    }

    /// The same service, for which these people answer: a team, or its address.
    #[must_use]
    pub fn owner(self, owner: &str) -> Self {
        Self { owner: Some(owner.into()), ..self }
    }

    /// The same service, which has these routes too: `POST /v1/payments`, or
    /// `grpc pkg.Service/Method`. Parameters are written as in policies: `/v1/payments/{id}`.
    #[must_use]
    pub fn routes(mut self, routes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let new = routes.into_iter().map(|route| ServiceRoute::new(route.as_ref()));
        self.routes.get_or_insert_default().extend(new);
        self
    }

    /// The same service, which supplies these attributes too.
    #[must_use]
    pub fn supplies(
        mut self,
        attributes: impl IntoIterator<Item = (impl Into<Arc<str>>, FactKind)>,
    ) -> Self {
        let new = attributes.into_iter().map(|(name, kind)| (name.into(), kind));
        self.attributes.extend(new);
        self
    }

    /// The same service, which trusts this header too.
    #[must_use]
    pub fn trusted_header(mut self, name: &str) -> Self {
        self.trusted_headers.insert(name.to_ascii_lowercase().into());
        self
    }

    /// The same service, which supplies `acr` and `auth_time`.
    #[must_use]
    pub fn assurance(self) -> Self {
        Self { assurance: true, ..self }
    }

    /// The same under another name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.into(), source: Source::new(name, ""), ..self }
    }

    /// The name of the service.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Does it say which routes the service has?
    #[must_use]
    pub fn has_routes(&self) -> bool {
        self.routes.is_some()
    }

    /// The JSON Schema (draft 7) of a manifest, for editors.
    ///
    /// ```
    /// assert!(roamgate::policy::service::Manifest::schema().contains("\"trustedHeaders\""));
    /// ```
    #[must_use]
    pub fn schema() -> String {
        let description = "What policies may rely on in a service.";
        document::schema(&SERVICE, "roamgate service", description)
    }

    /// A manifest in its canonical form: no whitespace at the end of lines, one line break at the
    /// end.
    ///
    /// # Errors
    ///
    /// The problems of a file whose syntax is broken, or that is no manifest.
    pub fn format(file: &SourceFile) -> Result<String, Problems> {
        let source = file.source();
        let formatted = document::format(&source, &source, &SERVICE)?;
        let problems = Self::read(file).err().unwrap_or_default();
        let foreign: Problems =
            problems.iter().filter(|problem| problem.code == "E004").cloned().collect();
        if foreign.is_empty() { Ok(formatted) } else { Err(foreign) }
    }

    /// What is said, wherever it stands.
    fn content(&self) -> impl PartialEq + '_ {
        let routes = self
            .routes
            .as_ref()
            .map(|routes| routes.iter().map(ServiceRoute::text).collect::<BTreeSet<_>>());
        let Self { name, owner, attributes, trusted_headers, assurance, .. } = self;
        let attributes: Vec<_> =
            attributes.iter().map(|(name, kind)| (name, kind.with_sorted_words())).collect();
        (name, owner, routes, attributes, trusted_headers, assurance)
    }
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        self.content() == other.content()
    }
}
