//! What the heads of a trained pooling do: over how many instances each averages.

use std::sync::Arc;

use burn::tensor::Device;
use pyrarium_inspect::{HeadRegime, head_regime, metastable::MASS, metastable_k};
use pyrarium_memory::hopfield::BagNet;

use crate::Error;
use crate::bags::BagSource;
use crate::loader::{Loader, Order};
use crate::report::Report;

/// Bags that are looked at: few, as a bag of another size would need a mask of its own.
const BAGS: usize = 64;

/// Adds the regimes of the heads to the report, for Hopfield pooling.
pub fn describe(
    model: &BagNet,
    source: Arc<BagSource>,
    device: &Device,
    report: &mut Report,
) -> Result<(), Error> {
    let Some(batch) = Loader::new(source, BAGS, Order::Sequential, device).epoch().next() else {
        return Ok(());
    };
    let batch = batch.map_err(|error| Error::Training(error.to_string()))?;
    let Some(associations) = model.associations(batch.bags, batch.padding) else { return Ok(()) };
    let [_, heads, _, instances] = associations.dims();
    let counts = metastable_k(associations, MASS);
    let mut of_regime = [0; 3];
    for head in 0..heads {
        let counts = counts.clone().narrow(1, head, 1).try_into_data()?;
        let counts: Vec<usize> = counts.iter::<i64>().map(|k| k.unsigned_abs() as usize).collect();
        of_regime[match head_regime(&counts, instances) {
            HeadRegime::Global => 0,
            HeadRegime::Metastable => 1,
            HeadRegime::Single => 2,
        }] += 1;
    }
    for (regime, heads) in ["all instances", "some instances", "one instance"].into_iter().zip(of_regime) {
        report.add(format!("heads that average over {regime}"), &[f64::from(heads)]);
    }
    Ok(())
}
