//! Locations: where readers stand.

use super::body::Body;
use super::error::Refusal;
use super::model::Model;

impl Model {
    pub(super) fn retrieve_location(&self, id: &str) -> Result<Body, Refusal> {
        let country = self.setup.locations.get(id);
        let country = country.ok_or_else(|| Refusal::no_such("location", id, "location"))?;
        Ok(Body::object(|json| {
            json.put("id", id);
            json.put("object", "terminal.location");
            json.object("address", |address| {
                address.put("city", "Simulated City");
                address.put("country", country);
                address.put("line1", "1 Simulator Street");
                address.put("line2", "");
                address.put("postal_code", "12345");
                address.put("state", "");
            });
            json.put("display_name", "Simulated location");
            json.put("livemode", self.setup.livemode);
            json.object("metadata", |_| ());
        }))
    }
}
