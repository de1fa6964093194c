//! A form on a reader's screen: no sale's business, but on the same screen as its prompt.

/// A form on a reader's screen.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct FormSeen {
    /// The board that put it there: `kioskd_controller` of its metadata.
    pub controller: Option<String>,
    /// Which of that board's forms it is: `kioskd_menu` of its metadata.
    pub mark: Option<String>,
    /// What the customer chose or typed.
    pub answer: Option<String>,
}
