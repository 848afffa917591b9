//! [`Recording`]: an exchange that is under way.

use std::sync::Arc;

use ::http::HeaderMap;
use tokio::time::Instant;

use super::exchange::{Exchange, Message, Response, Step};
use super::{Telling, reply};
use crate::camara::failure;
use crate::camara::http::Reply;

/// Told when the exchange ends, also if nobody waits for its end.
pub(in crate::camara) struct Recording(Option<Box<Open>>);

struct Open {
    telling: Arc<Telling>,
    exchange: Exchange,
    /// The head of the answer, shown when the secrets of its body are known.
    head: Option<(u16, HeaderMap)>,
    began: Instant,
}

impl Recording {
    /// Nobody listens.
    pub(super) fn unheard() -> Self {
        Self(None)
    }

    pub(super) fn begin(telling: Arc<Telling>, exchange: Exchange) -> Self {
        Self(Some(Box::new(Open { telling, exchange, head: None, began: Instant::now() })))
    }

    /// The head of an answer has come.
    pub(in crate::camara) fn answered(&mut self, status: u16, headers: &HeaderMap) {
        if let Some(open) = &mut self.0 {
            open.head = Some((status, headers.clone()));
        }
    }

    /// The exchange is over: a whole answer came, or `failure` says why not.
    pub(in crate::camara) fn ended<E>(
        mut self,
        outcome: &Result<Reply, E>,
        failure: impl FnOnce(&E) -> String,
    ) {
        let Some(open) = &mut self.0 else { return };
        if let Err(error) = outcome {
            open.exchange.failure = Some(failure(error));
        }
        self.tell(outcome.as_ref().ok());
    }

    fn tell(&mut self, reply: Option<&Reply>) {
        let Some(open) = self.0.take() else { return };
        let Open { telling, mut exchange, head, began } = *open;
        let body = reply.map(|reply| reply::body(reply, &telling.vault)).unwrap_or_default();
        exchange.response = head.map(|(status, headers)| {
            let headers = reply::head(&headers, exchange.correlator, &telling.vault);
            let code = reply.and_then(failure::code);
            Response { status, code, message: Message { headers, body } }
        });
        exchange.elapsed = began.elapsed();
        telling.tell(&Step::Exchange(exchange));
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(open) = &mut self.0 {
            open.exchange.failure = Some("given up before the answer came".to_owned());
        }
        self.tell(None);
    }
}
