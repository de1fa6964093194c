//! The rules of new sales, from the settings.

use std::time::Duration;

use crate::config::{self, Settings};
use crate::sale::fact::{CaptureMode, Flow, Policy, UnknownVend};

/// The rules of new sales.
pub(super) fn policy(settings: &Settings) -> Policy {
    let payment = &settings.payment;
    Policy {
        customer_timeout: payment.customer_timeout,
        customer_cancellation: payment.customer_cancellation,
        max_attempts: payment.max_attempts,
        resume_window: payment.resume_window,
        unknown_vend: unknown_vend(payment.unknown_vend),
        vend_grace: payment.vend_grace,
        // Each dispenser has its own; this one is for none.
        vend_timeout: Duration::from_secs(20),
        capture: match payment.capture {
            config::CaptureMode::AfterVend => CaptureMode::AfterVend,
            config::CaptureMode::Automatic => CaptureMode::Automatic,
        },
        interac: payment.interac,
        flow: match payment.flow {
            config::Flow::Process => Flow::Process,
            config::Flow::CollectConfirm => Flow::CollectConfirm,
        },
        cards: payment.cards.clone(),
    }
}

/// What sales call it.
pub(super) fn unknown_vend(setting: config::UnknownVend) -> UnknownVend {
    match setting {
        config::UnknownVend::Release => UnknownVend::Release,
        config::UnknownVend::Capture => UnknownVend::Capture,
        config::UnknownVend::Hold => UnknownVend::Hold,
    }
}
