//! What the service around a gate supplies, and whether that is what the policy needs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::handler::Policies;
use super::{Gate, Snapshot};
use crate::policy::service::Manifest;
use crate::policy::{FactKind, FactSource, PolicyError, SourceFile};

impl Gate {
    /// The same gate, in a service that supplies these attributes: earlier middleware puts them
    /// into [`Attributes`](crate::Attributes), or authentication into
    /// [claims](crate::Subject::claim). Nothing is read otherwise than without this word; it is
    /// what [`verified`](Self::verified) and [`service`](Self::service) go by.
    #[must_use]
    pub fn supplies(
        self,
        attributes: impl IntoIterator<Item = (impl Into<Arc<str>>, FactKind)>,
    ) -> Self {
        self.declaring(|supplied| supplied.supplies(attributes))
    }

    /// The same gate, in a service whose subjects have [`acr`](crate::Subject::acr) and
    /// [`auth_time`](crate::Subject::auth_time): without them, nobody can meet a step-up.
    #[must_use]
    pub fn assurance(self) -> Self {
        self.declaring(Manifest::assurance)
    }

    /// The same gate, in a service with these routes: `POST /v1/payments`, or
    /// `grpc pkg.Service/Method`. A gate cannot see the router around it; they go into the
    /// manifest.
    #[must_use]
    pub fn routes(self, routes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.declaring(|supplied| supplied.routes(routes))
    }

    fn declaring(mut self, declare: impl FnOnce(Manifest) -> Manifest) -> Self {
        self.supplied = Arc::new(declare(Arc::unwrap_or_clone(self.supplied)));
        self
    }

    /// What policies may rely on here, under this name: what [`supplies`](Self::supplies),
    /// [`assurance`](Self::assurance) and [`routes`](Self::routes) say, the trusted headers, and
    /// the [deferred](Self::deferred) facts, which handlers supply. It displays as the file that
    /// the service's engineers commit.
    #[must_use]
    pub fn service(&self, name: &str) -> Manifest {
        self.service_under(&self.snapshot().policies, name)
    }

    /// What handlers supply is of the kind that the policy says.
    fn service_under(&self, policies: &Policies, name: &str) -> Manifest {
        let supplied = Manifest::clone(&self.supplied).named(name);
        let supplied = supplied.supplies(policies.deferred());
        let headers = self.trusted_headers.iter();
        headers.fold(supplied, |supplied, header| supplied.trusted_header(header.as_str()))
    }

    /// The same gate, if the service supplies what the policy needs. The last word of the builder:
    /// a policy that [replaces](Self::replace) this one must need nothing else either.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] names every attribute that nobody supplies (E019), every header that is not
    /// trusted (E020) and every step-up that nobody can meet (E021), at its place in the policy;
    /// or what of [`supplies`](Self::supplies) and [`routes`](Self::routes) makes no sense.
    pub fn verified(self) -> Result<Self, PolicyError> {
        self.supports(&self.snapshot().policies)?;
        self.live.verify();
        Ok(self)
    }

    /// Does the service supply what the policy needs?
    pub(super) fn supports(&self, policies: &Policies) -> Result<(), PolicyError> {
        let written = self.service_under(policies, "service").to_string();
        let file = SourceFile::new("the manifest that the service would write", &written);
        let service = Manifest::read(&file).map_err(PolicyError::in_manifest)?;
        let unmet = policies.whole.unmet_by(&service);
        if unmet.is_empty() { Ok(()) } else { Err(PolicyError::problems_found(unmet)) }
    }

    /// Says loudly, once for each policy, which headers the policy asks for in vain.
    pub(crate) fn warn_of_untrusted_headers(&self) {
        let Snapshot { policies, warned, .. } = &**self.snapshot();
        let policy = &policies.whole;
        let asked = policy.facts().iter().filter_map(|fact| match &fact.source {
            FactSource::Header(header) => Some((fact, header)),
            _ => None,
        });
        let is_trusted =
            |header: &str| self.trusted_headers.iter().any(|trusted| trusted.as_str() == header);
        let untrusted = asked
            .filter(|(fact, header)| !is_trusted(header) && policy.asks_for(&fact.name))
            .collect::<Vec<_>>();
        if untrusted.is_empty() || warned.swap(true, Ordering::Relaxed) {
            return;
        }
        for (fact, header) in untrusted {
            tracing::error!(
                target: "roamgate::gate",
                header = &**header,
                attribute = &*fact.name,
                "the policy takes an attribute from a header that the service does not trust: it is missing in every request"
            );
        }
    }
}
