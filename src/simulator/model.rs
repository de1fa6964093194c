//! The model: a request, or time, goes in; a reply comes out, and the account has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::body::Body;
use super::calls::Call;
use super::charges::Charge;
use super::error::Refusal;
use super::faults::Faults;
use super::form::Form;
use super::idempotency::{Known, StoredResults};
use super::injected::InjectedError;
use super::intents::{Intent, IntentStatus};
use super::keys::{Keys, Right};
use super::names::{Names, earlier, seconds};
use super::no_business::none_of;
use super::objects::View;
use super::reader::Reader;
use super::refunds::Refund;
use super::request::{Method, Request, Response};
use super::scheduled::Schedule;
use super::setup::{CancelWhileAuthorizing, Setup};
use super::version::ApiVersion;
use crate::ids::{ChargeId, PaymentIntentId, ReaderId};
use crate::money::Currency;
use crate::time::WallTime;

/// The longest idempotency key that Stripe takes.
const LONGEST_KEY: usize = 255;

/// A Stripe account with its readers. Pure: the same setup and the same calls at the same times
/// give the same replies, and a clone goes its own way.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) setup: Setup,
    pub(super) now: WallTime,
    pub(super) names: Names,
    pub(super) intents: BTreeMap<PaymentIntentId, Intent>,
    /// The PaymentIntents, oldest first.
    pub(super) order: Vec<PaymentIntentId>,
    pub(super) charges: BTreeMap<ChargeId, Charge>,
    /// The refunds, oldest first.
    pub(super) refunds: Vec<Refund>,
    pub(super) readers: BTreeMap<ReaderId, Reader>,
    /// When which hold lapses.
    pub(super) holds: BTreeSet<(WallTime, PaymentIntentId)>,
    /// When which refund succeeds.
    pub(super) pending_refunds: BTreeSet<(WallTime, String)>,
    pub(super) faults: Faults,
    pub(super) schedule: Schedule,
    pub(super) keys: Keys,
    results: StoredResults,
}

impl Model {
    /// An account as set up, without a payment.
    pub fn new(setup: Setup) -> Self {
        let readers = setup.readers.iter().cloned();
        Self {
            now: WallTime(0),
            names: Names::new(setup.seed),
            intents: BTreeMap::new(),
            order: Vec::new(),
            charges: BTreeMap::new(),
            refunds: Vec::new(),
            readers: readers.map(|reader| (reader.id.clone(), Reader::new(reader))).collect(),
            holds: BTreeSet::new(),
            pending_refunds: BTreeSet::new(),
            faults: Faults::default(),
            schedule: Schedule::default(),
            keys: Keys::default(),
            results: StoredResults::default(),
            setup,
        }
    }

    /// Answers a call at a time. Time never goes back: an earlier `now` counts as the latest one.
    pub fn handle(&mut self, request: &Request, now: WallTime) -> Response {
        self.handle_how(request, now, How::Answered)
    }

    /// Answers a call with an error, before or after executing it. Like every result of an
    /// execution that has begun, the error is kept under the idempotency key. A call that is
    /// refused anyway is answered with that.
    pub fn handle_with_error(
        &mut self,
        request: &Request,
        error: &InjectedError,
        executes: bool,
        now: WallTime,
    ) -> Response {
        let how = if executes { How::ExecutedThen(error) } else { How::Only(error) };
        self.handle_how(request, now, how)
    }

    /// The answer to a call whose idempotency key is in use by a call that still runs.
    pub fn refuse_key_in_use(&mut self, request: &Request, now: WallTime) -> Response {
        self.advance(now);
        let key = request.idempotency_key.as_deref().unwrap_or_default();
        let request_id = self.names.next("req");
        let answer = self.refusal_json(&Refusal::key_in_use(key), &request_id);
        self.response(request, request_id, answer)
    }

    /// What the account is like.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Changes what the account is like. Its readers stay: [`Model::change_reader`].
    pub fn set_up(&mut self, change: impl FnOnce(&mut Setup), now: WallTime) {
        self.advance(now);
        change(&mut self.setup);
    }

    /// Forgets the results of all idempotency keys, as Stripe may after a day.
    pub fn forget_idempotency_keys(&mut self) {
        self.results.forget_all();
    }

    /// Makes a PaymentIntent, and its charges, look this much older. Its hold lapses when it would
    /// have lapsed. Tells whether there is such a PaymentIntent.
    pub fn age_intent(&mut self, id: &PaymentIntentId, by: Duration) -> bool {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        let Some(intent) = self.intents.get_mut(id) else { return false };
        intent.created = intent.created.saturating_sub(seconds);
        for charge in self.charges.values_mut().filter(|charge| charge.intent == *id) {
            charge.created = charge.created.saturating_sub(seconds);
        }
        true
    }

    /// Lets time pass: authorizations are answered, holds lapse, refunds settle, and what faults
    /// put off happens.
    pub fn advance(&mut self, now: WallTime) {
        while let Some(at) = self.next_event().filter(|at| *at <= now) {
            self.now = self.now.max(at);
            self.finish_authorizations();
            self.forget_collected();
            self.happen_as_scheduled();
            self.end_prompts();
            self.finish_refunds();
            self.expire_holds();
        }
        self.now = self.now.max(now);
        self.results.forget(self.now, self.setup.keys_last);
    }

    /// When something will change by itself. Advance to it, and it has changed.
    pub fn next_event(&self) -> Option<WallTime> {
        let at_readers = self.readers.values().filter_map(Reader::changes_at).min();
        let lapsed = self.holds.first().map(|(at, _)| *at);
        let refunded = self.pending_refunds.first().map(|(at, _)| *at);
        [at_readers, self.schedule.next_at(), lapsed, refunded].into_iter().flatten().min()
    }

    /// The time that the model was advanced to.
    pub fn now(&self) -> WallTime {
        self.now
    }

    fn handle_how(&mut self, request: &Request, now: WallTime, how: How<'_>) -> Response {
        self.advance(now);
        let request_id = self.names.next("req");
        let version = match self.admit(request) {
            Ok(version) => version,
            Err(refusal) => {
                let answer = self.refusal_json(&refusal, &request_id);
                return self.response(request, request_id, answer);
            }
        };
        if let Some(key) = keyed(request) {
            match self.results.find(key, request) {
                Known::Nothing => {}
                Known::Result(result) => {
                    let answer = (result.status, result.body.clone());
                    let original = result.request_id.clone();
                    let mut response = self.response(request, request_id, answer);
                    response.headers.push(("idempotent-replayed", "true".to_owned()));
                    response.headers.push(("original-request", original));
                    return response;
                }
                Known::OtherRequest => {
                    let answer = self.refusal_json(&Refusal::other_request(key), &request_id);
                    return self.response(request, request_id, answer);
                }
            }
        }
        let (answer, is_kept) = match how {
            How::Answered => self.answer(request, &version, &request_id),
            How::Only(error) => (error.answer(request, &request_id), true),
            How::ExecutedThen(error) => match self.answer(request, &version, &request_id) {
                ((200, _), _) => (error.answer(request, &request_id), true),
                refused => refused,
            },
        };
        if is_kept && request.method == Method::Post {
            self.results.keep(request, &request_id, &answer, self.now);
        }
        self.response(request, request_id, answer)
    }

    /// Checks what every call needs: a key, a version, an idempotency key that is not too long.
    fn admit(&self, request: &Request) -> Result<ApiVersion, Refusal> {
        self.check_key(request)?;
        if let Some(call) = Call::of(request) {
            self.check_right(request, Right::of(call))?;
        }
        if request.idempotency_key.as_ref().is_some_and(|key| key.len() > LONGEST_KEY) {
            let message = "Idempotency keys can have up to 255 characters.";
            return Err(Refusal::parameter(None, "Idempotency-Key", message));
        }
        ApiVersion::read(request.api_version.as_deref())
    }

    /// Executes a call; the answer, and whether it is kept under the idempotency key.
    fn answer(
        &mut self,
        request: &Request,
        version: &ApiVersion,
        request_id: &str,
    ) -> ((u16, Body), bool) {
        match self.execute(request, version) {
            Ok(body) => ((200, body), true),
            Err(refusal) => (self.refusal_json(&refusal, request_id), refusal.stored),
        }
    }

    fn execute(&mut self, request: &Request, version: &ApiVersion) -> Result<Body, Refusal> {
        let Some(call) = Call::of(request) else {
            return Err(Refusal::unknown_url(request.method.as_str(), &request.path));
        };
        let form = &Form::new(&request.params);
        if call.is_two_step() && !version.knows_two_steps() {
            return Err(Refusal::unknown_url(request.method.as_str(), &request.path));
        }
        call.check_names(*form, version)?;
        let view = &View { version: version.clone(), expand: call.expansions(*form)? };
        if view.shows_charges() {
            self.check_right(request, Right::ChargesRead)?;
        }
        match call {
            Call::CreateIntent => self.create_intent(form, view),
            Call::ListIntents => self.list_intents(form, view),
            Call::SearchIntents => self.search_intents(form, view),
            Call::RetrieveIntent(id) => {
                Ok(self.intent_json(&self.find_intent(id, "intent")?, view))
            }
            Call::UpdateIntent(id) => self.update_intent(id, form, view),
            Call::CancelIntent(id) => self.cancel_intent(id, form, view),
            Call::CaptureIntent(id) => self.capture_intent(id, form, view),
            Call::ListReaders => self.list_readers(form, view),
            Call::RetrieveReader(id) => Ok(self.reader_json(&self.find_reader(id)?, view)),
            Call::UpdateReader(id) => self.update_reader(id, form, view),
            Call::ProcessIntent(id) => self.process_intent(id, form, view),
            Call::CollectMethod(id) => self.collect_method(id, form, view),
            Call::ConfirmIntent(id) => self.confirm_intent(id, form, view),
            Call::RefundPayment(id) => self.refund_payment(id, form, view),
            Call::CancelAction(id) => self.cancel_action(id, view),
            Call::SetDisplay(id) => self.set_display(id, form, view),
            Call::CollectInputs(id) => self.collect_inputs(id, form, view),
            Call::PresentCard(id) => self.present_payment_method(id, form, view),
            Call::CreateRefund => self.create_refund(form, view),
            Call::ListRefunds => self.list_refunds(form, view),
            Call::RetrieveRefund(id) => self.retrieve_refund(id, view),
            Call::RetrieveCharge(id) => self.retrieve_charge(id),
            Call::RetrieveLocation(id) => self.retrieve_location(id),
            Call::RetrieveBalance => Ok(self.retrieve_balance()),
            Call::ListCustomers => none_of("/v1/customers", form),
            Call::ListPayouts => none_of("/v1/payouts", form),
        }
    }

    fn refusal_json(&self, refusal: &Refusal, request_id: &str) -> (u16, Body) {
        let body = Body::object(|body| {
            body.object("error", |error| {
                refusal.write(request_id, error);
                if let (Some(intent), Ok(version)) = (&refusal.intent, ApiVersion::read(None)) {
                    let view = View { version, expand: Vec::new() };
                    error.object("payment_intent", |json| self.write_intent(intent, &view, json));
                }
            });
        });
        (refusal.status, body)
    }

    pub(super) fn response(
        &self,
        request: &Request,
        request_id: String,
        answer: (u16, Body),
    ) -> Response {
        let mut headers = vec![("request-id", request_id), ("date", date(self.now))];
        if let Ok(version) = ApiVersion::read(request.api_version.as_deref()) {
            headers.push(("stripe-version", version.text().to_owned()));
        }
        if let Some(key) = keyed(request) {
            headers.push(("idempotency-key", key.to_owned()));
        }
        Response { status: answer.0, headers, body: answer.1 }
    }

    pub(super) fn find_intent(&self, id: &str, param: &str) -> Result<PaymentIntentId, Refusal> {
        let known = PaymentIntentId::new(id).ok().filter(|id| self.intents.contains_key(id));
        known.ok_or_else(|| Refusal::no_such("payment_intent", id, param))
    }

    /// A PaymentIntent that is known to exist.
    pub(super) fn intent(&self, id: &PaymentIntentId) -> &Intent {
        &self.intents[id]
    }

    /// A PaymentIntent that is known to exist.
    pub(super) fn intent_mut(&mut self, id: &PaymentIntentId) -> &mut Intent {
        self.intents.get_mut(id).expect("PaymentIntents are never removed")
    }

    /// A reader that is known to exist.
    pub(super) fn reader_mut(&mut self, id: &ReaderId) -> &mut Reader {
        self.readers.get_mut(id).expect("readers are never removed")
    }

    /// Whether lists show by now what was created then.
    pub(super) fn is_listed(&self, created: i64) -> bool {
        self.is_past(created, self.setup.lists_lag)
    }

    /// Whether searches find by now what was created then.
    pub(super) fn is_indexed(&self, created: i64) -> bool {
        self.is_past(created, self.setup.search_lags)
    }

    fn is_past(&self, created: i64, lag: Duration) -> bool {
        lag.is_zero() || created < seconds(earlier(self.now, lag))
    }

    pub(super) fn cancel_wins(&self) -> bool {
        self.setup.cancel_while_authorizing == CancelWhileAuthorizing::Cancels
    }

    fn expire_holds(&mut self) {
        while let Some((due, id)) = self.holds.first().cloned() {
            if due > self.now {
                return;
            }
            self.expire(&id);
        }
    }

    /// The hold of a PaymentIntent lapses.
    pub(super) fn expire(&mut self, id: &PaymentIntentId) {
        self.end_intent(id, Some("automatic"));
        self.intent_mut(id).expired = true;
    }

    /// A PaymentIntent of another system, which the operator of this one never made.
    pub(super) fn create_foreign_intent(&mut self) -> PaymentIntentId {
        let id = self.names.intent();
        let currency = self.order.first().map(|id| self.intent(id).currency);
        let usd = || "usd".parse::<Currency>().expect("usd is a currency");
        let intent = Intent {
            id: id.clone(),
            status: IntentStatus::RequiresPaymentMethod,
            amount: 4200,
            currency: currency.unwrap_or_else(usd),
            capture_method: "manual".to_owned(),
            card_capture_method: None,
            option_types: Vec::new(),
            types: vec!["card_present".to_owned()],
            allowed_types: Some(vec!["card_present".to_owned()]),
            texts: BTreeMap::new(),
            metadata: BTreeMap::from([("system".to_owned(), "another".to_owned())]),
            created: seconds(self.now),
            canceled_at: None,
            cancellation_reason: None,
            amount_received: 0,
            amount_capturable: 0,
            latest_charge: None,
            last_error: None,
            collected: None,
            lapses: None,
            expired: false,
        };
        self.order.push(id.clone());
        self.intents.insert(id.clone(), intent);
        id
    }
}

/// How a call ends.
#[derive(Clone, Copy)]
enum How<'a> {
    Answered,
    Only(&'a InjectedError),
    ExecutedThen(&'a InjectedError),
}

/// The idempotency key of a POST; on a GET it means nothing.
fn keyed(request: &Request) -> Option<&str> {
    let key = request.idempotency_key.as_deref()?;
    (request.method == Method::Post).then_some(key)
}

/// The header `Date`, such as `Tue, 24 Nov 2026 20:05:03 GMT`.
fn date(time: WallTime) -> String {
    let timestamp = jiff::Timestamp::from_second(seconds(time)).unwrap_or_default();
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&timestamp).unwrap_or_default()
}
