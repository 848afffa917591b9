//! The layer, which is also the builder.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Response};
use tower::Layer;

use super::service::{Edge, EdgeSettings, RoamingService};
use crate::audit::AuditSink;
use crate::clock::Clock;
use crate::gate::Gate;
use crate::policy::service::Manifest;
use crate::policy::{Decision, FactKind, Policy, PolicyError};
use crate::provider::RoamingProvider;
use crate::subject::{FromClaim, FromHeader, SubjectSource};

/// Gates a service by where the customer's line is. See the [module](super) for what it does and
/// where it belongs among other layers.
#[derive(Clone)]
#[must_use]
pub struct RoamingLayer(Edge);

impl RoamingLayer {
    /// A layer that applies `policy` to what `provider` says of the customer's line.
    ///
    /// Without a further word the customer is the [`Subject`](crate::Subject) or the
    /// [`Line`](crate::Line) that earlier middleware put into the request's extensions.
    pub fn new(policy: impl Into<Arc<Policy>>, provider: impl RoamingProvider + 'static) -> Self {
        Gate::new(policy, provider).into()
    }

    /// Asks this provider where the policy names this `purpose`. See [`Gate::provider_for`].
    ///
    /// ```
    /// # use roamgate::{CachedProvider, FixedProvider, Policy, RoamingLayer};
    /// # let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// # let [usual, against_fraud] = [FixedProvider::new(), FixedProvider::new()];
    /// let layer = RoamingLayer::new(policy, CachedProvider::new(usual))
    ///     .provider_for("dpv:FraudPreventionAndDetection", CachedProvider::new(against_fraud));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn provider_for(
        self,
        purpose: impl Into<Arc<str>>,
        provider: impl RoamingProvider + 'static,
    ) -> Self {
        self.gate_with(|gate| gate.provider_for(purpose, provider))
    }

    /// Finds the customer with a closure over the request's head, or another [`SubjectSource`].
    ///
    /// ```
    /// # use roamgate::{FixedProvider, Head, Line, Policy, RoamingLayer};
    /// # let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// #[derive(Clone)]
    /// struct Session { line: Line }
    ///
    /// let layer = RoamingLayer::new(policy, FixedProvider::new())
    ///     .subject(|head: &Head<'_>| head.extensions.get::<Session>().map(|session| session.line));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn subject(self, source: impl SubjectSource + 'static) -> Self {
        self.gate_with(|gate| gate.subject(source))
    }

    /// Finds the customer in a claim that earlier middleware has verified and put into the
    /// request's extensions. A claim that is not an E.164 number is `unknown(identifierInvalid)`.
    ///
    /// ```
    /// # use roamgate::{FixedProvider, Policy, RoamingLayer};
    /// # let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// #[derive(Clone)]
    /// struct Claims { phone_number: Option<String> }
    ///
    /// let layer = RoamingLayer::new(policy, FixedProvider::new())
    ///     .subject_from_claim(|claims: &Claims| claims.phone_number.as_deref());
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn subject_from_claim<C, F>(self, claim: F) -> Self
    where
        C: Send + Sync + 'static,
        F: Fn(&C) -> Option<&str> + Send + Sync + 'static,
    {
        self.gate_with(|gate| gate.subject(FromClaim::new(claim)))
    }

    /// Finds the customer in a header, **which whoever can reach the service can write**.
    ///
    /// Use it only behind a proxy that removes the header from every incoming request and sets it
    /// itself. A number that is malformed, or stands twice, is refused with 400.
    pub fn subject_from_dangerously_trusted_header(self, name: HeaderName) -> Self {
        self.gate_with(|gate| gate.subject(FromHeader(name)))
    }

    /// Reads this header where the policy has an attribute with `source: { header: … }`, which
    /// **whoever can reach the service can write**. See [`Gate::trusted_header`].
    ///
    /// Every other attribute is read without a word: those with `source: extension`, the default,
    /// from the [`Attributes`](crate::Attributes) that earlier middleware put into the request's
    /// extensions, those with `source: claim` from the [`Subject`](crate::Subject).
    ///
    /// ```
    /// # use http::HeaderName;
    /// # use roamgate::{FixedProvider, Policy, RoamingLayer};
    /// # let policy = Policy::from_path("policies/payments-eea.yaml")?;
    /// let layer = RoamingLayer::new(policy, FixedProvider::new())
    ///     .trusted_header(HeaderName::from_static("cf-ipcountry"));
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn trusted_header(self, name: HeaderName) -> Self {
        self.gate_with(|gate| gate.trusted_header(name))
    }

    /// Leaves rules that ask for one of these facts to the handlers, which call
    /// [`Gate::check_route`] when they know them: an amount that stands in the body, say. A handler
    /// that does not is not protected by these rules. See [`Gate::deferred`].
    pub fn deferred(self, names: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Self {
        self.gate_with(|gate| gate.deferred(names))
    }

    /// Says which attributes earlier middleware supplies, in [`Attributes`](crate::Attributes) and
    /// [claims](crate::Subject::claim), so that [`verified`](Self::verified) and
    /// [`service`](Self::service) know. See [`Gate::supplies`].
    pub fn supplies(
        self,
        attributes: impl IntoIterator<Item = (impl Into<Arc<str>>, FactKind)>,
    ) -> Self {
        self.gate_with(|gate| gate.supplies(attributes))
    }

    /// Says that subjects have `acr` and `auth_time`, without which nobody can meet a step-up. See
    /// [`Gate::assurance`].
    pub fn assurance(self) -> Self {
        self.gate_with(Gate::assurance)
    }

    /// Says which routes the service has, for its manifest: a layer cannot see the router. See
    /// [`Gate::routes`].
    pub fn routes(self, routes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.gate_with(|gate| gate.routes(routes))
    }

    /// What policies may rely on behind this layer: the manifest of the service, under this name.
    ///
    /// Keep it beside the code, and let a test hold it against the layer. Security teams check
    /// their policies by it (`roamgate check --service`).
    ///
    /// ```
    /// use http::HeaderName;
    /// use roamgate::policy::service::Manifest;
    /// use roamgate::policy::{FactKind, SourceFile};
    /// # use roamgate::{FixedProvider, Policy, RoamingLayer};
    /// # let policy = Policy::from_path("policies/payments-eea.yaml")?;
    ///
    /// let layer = RoamingLayer::new(policy, FixedProvider::new())
    ///     .trusted_header(HeaderName::from_static("cf-ipcountry"))
    ///     .supplies([("subject.segment", FactKind::one_of(["retail", "private"]))])
    ///     .assurance()
    ///     .routes(["POST /v1/payments", "POST /v1/payments/{id}/confirm"]);
    ///
    /// let committed = r#"
    /// apiVersion: roamgate/v1
    /// kind: Service
    /// metadata: { name: payments-api }
    /// routes: ["POST /v1/payments", "POST /v1/payments/{id}/confirm"]
    /// attributes: { subject.segment: [retail, private] }
    /// trustedHeaders: [cf-ipcountry]
    /// assurance: true
    /// "#;
    /// let committed = Manifest::read(&SourceFile::new("service.yaml", committed)).unwrap();
    /// assert_eq!(layer.service("payments-api"), committed);
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    #[must_use]
    pub fn service(&self, name: &str) -> Manifest {
        self.0.0.gate.service(name)
    }

    /// The same layer, if the service supplies what the policy needs. **Call it last**, so that a
    /// service that cannot supply something does not start: a router may panic where two routes
    /// clash, this returns. Without it the service starts, what it lacks is missing in every
    /// request, and the policy's `onUnknown` answers; headers that are not trusted are logged as
    /// errors.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] names every attribute that nobody supplies, every header that is not
    /// trusted and every step-up that nobody can meet, at its place in the policy. See
    /// [`Gate::verified`].
    ///
    /// ```
    /// # use roamgate::policy::FactKind;
    /// # use roamgate::{FixedProvider, Policy, RoamingLayer};
    /// # let text = r#"
    /// # apiVersion: roamgate/v1
    /// # kind: RoamingPolicy
    /// # metadata: { name: p, owner: o }
    /// # attributes: { request.amountEur: { type: number } }
    /// # defaults: { unmatchedRoute: allow, onUnknown: deny }
    /// # routes: { pay: [{ path: /pay }] }
    /// # rules: [{ id: r, match: { routes: [pay], request.amountEur: { gte: 200 } }, when: { line: roaming }, effect: deny }]
    /// # "#;
    /// // A policy that asks for `request.amountEur`.
    /// let layer = RoamingLayer::new(Policy::from_yaml("p.yaml", text)?, FixedProvider::new());
    ///
    /// let refused = layer.clone().verified().unwrap_err().to_string();
    /// assert!(refused.starts_with("error[E019]: the service does not supply `request.amountEur`\n"));
    /// let layer = layer.supplies([("request.amountEur", FactKind::Number)]).verified()?;
    /// # Ok::<(), roamgate::PolicyError>(())
    /// ```
    pub fn verified(mut self) -> Result<Self, PolicyError> {
        let edge = Arc::make_mut(&mut self.0.0);
        edge.gate = edge.gate.clone().verified()?;
        Ok(self)
    }

    /// For how many lines it is remembered where they were last seen. See
    /// [`Gate::history_capacity`].
    pub fn history_capacity(self, lines: u64) -> Self {
        self.gate_with(|gate| gate.history_capacity(lines))
    }

    /// Sends the record of each decision here, instead of to `tracing`.
    pub fn audit(self, sink: impl AuditSink + 'static) -> Self {
        self.gate_with(|gate| gate.audit(sink))
    }

    /// Takes the wall-clock time from here.
    pub fn clock(self, clock: Clock) -> Self {
        self.gate_with(|gate| gate.clock(clock))
    }

    /// Decides and records, but refuses nothing and delays nothing: the safest first deployment.
    ///
    /// Every request goes on at once; where the network has to be asked, that happens beside it.
    /// The permit is then the [`Decision`] of a gate that only observed
    /// ([`Decision::is_observed`]), and records carry `observed = true`.
    pub fn observe_only(self) -> Self {
        self.gate_with(Gate::observe_only)
    }

    /// Shapes each refusal in code: its status, headers and body.
    ///
    /// For gRPC the status is in the headers `grpc-status` and `grpc-message`.
    pub fn on_refusal(
        self,
        shape: impl Fn(&Decision, &mut Response<Bytes>) + Send + Sync + 'static,
    ) -> Self {
        self.with(|edge| edge.on_refusal = Some(Arc::new(shape)))
    }

    /// Leaves the permit out of the requests' extensions, which saves its boxes.
    pub fn without_permit(self) -> Self {
        self.with(|edge| edge.has_permit = false)
    }

    /// Says what an outer router has taken from the front of every path, such as `/v1`, so that
    /// the policy sees what the client sent. Not needed inside axum's `nest`.
    pub fn mounted_at(self, prefix: &str) -> Self {
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        self.with(|edge| edge.mounted_at = prefix.into())
    }

    /// The gate of this layer, for callers that are not requests.
    #[must_use]
    pub fn gate(&self) -> Gate {
        self.0.0.gate.clone()
    }

    fn gate_with(self, change: impl FnOnce(Gate) -> Gate) -> Self {
        self.with(|edge| edge.gate = change(edge.gate.clone()))
    }

    fn with(mut self, change: impl FnOnce(&mut EdgeSettings)) -> Self {
        change(Arc::make_mut(&mut self.0.0));
        self
    }
}

impl From<Gate> for RoamingLayer {
    fn from(gate: Gate) -> Self {
        Self(Edge(Arc::new(EdgeSettings {
            gate,
            on_refusal: None,
            has_permit: true,
            mounted_at: "".into(),
        })))
    }
}

impl<S> Layer<S> for RoamingLayer {
    type Service = RoamingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        self.0.0.gate.warn_of_untrusted_headers();
        self.0.0.gate.begin_counting();
        RoamingService::new(inner, self.0.clone())
    }
}

impl fmt::Debug for RoamingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoamingLayer").field("gate", &self.0.0.gate).finish_non_exhaustive()
    }
}
