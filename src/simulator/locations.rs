//! Locations: where readers stand.

use serde_json::{Value, json};

use super::error::Refusal;
use super::model::Model;

impl Model {
    pub(super) fn retrieve_location(&self, id: &str) -> Result<Value, Refusal> {
        let country = self.setup.locations.get(id);
        let country = country.ok_or_else(|| Refusal::no_such("location", id, "location"))?;
        Ok(json!({
            "id": id,
            "object": "terminal.location",
            "address": {
                "city": "Simulated City",
                "country": country,
                "line1": "1 Simulator Street",
                "line2": "",
                "postal_code": "12345",
                "state": "",
            },
            "display_name": "Simulated location",
            "livemode": self.setup.livemode,
            "metadata": {},
        }))
    }
}
