//! The inverted bottleneck against the standard MLP, at equal numbers of parameters.

use pyrarium_datasets::Splits;
use pyrarium_mlp::{MlpConfig, StandardMlpConfig};

use super::reproduce::{Experiment, bottleneck_network};
use crate::Error;
use crate::registry::ClaimText;
use crate::report::{Report, Summary};
use crate::trial::Trial;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "bottleneck-beats-standard",
    statement: "On the 8x8 digits, B_4-Wi_64 is at least as accurate as a standard MLP of as many parameters, and both reach 93 %.",
    paper: "CIFAR-10 from scratch, augmented, 1000 epochs: 70.1 % against 68.9 % (unconfirmed)",
    relation: "bottleneck >= standard, both >= 93 %",
};

/// Tests [`CLAIM`].
pub fn test(experiment: &Experiment<'_>, digits: &Splits, report: &mut Report) -> Result<(), Error> {
    let trial = experiment.trial(digits, 60, 0);
    let (ours, theirs) = compare(experiment, "digits", &trial, 4, 64, report)?;
    let held = ours.mean >= theirs.mean && ours.mean >= 93.0 && theirs.mean >= 93.0;
    report.claims.push(CLAIM.tested(format!("bottleneck {ours} %, standard {theirs} %"), held));
    Ok(())
}

/// Test accuracies of a bottleneck network and of the standard one with as many layers and about as many parameters.
pub fn compare(
    experiment: &Experiment<'_>,
    place: &str,
    trial: &Trial<'_>,
    blocks: usize,
    width: usize,
    report: &mut Report,
) -> Result<(Summary, Summary), Error> {
    let bottleneck = bottleneck_network(&format!("B_{blocks}-Wi_{width}"), trial.data)?;
    let standard = matched_standard(blocks, bottleneck.num_params(), trial.data);
    let mut measure = |kind: &str, config: &MlpConfig| {
        let label = format!("{place}, {kind} {} ({} parameters)", config.name(), config.num_params());
        experiment.measure(&label, trial, config, report)
    };
    Ok((measure("bottleneck", &bottleneck)?, measure("standard", &standard)?))
}

/// The standard MLP of this many layers, of the width that brings its parameters nearest to `num_params`.
fn matched_standard(layers: usize, num_params: usize, data: &Splits) -> MlpConfig {
    let (inputs, classes) = (data.train.shape().len(), data.train.classes().len());
    let standard = |width| {
        let config = StandardMlpConfig::new(inputs, classes).with_layers(layers).with_width(width);
        MlpConfig::Standard(config)
    };
    let mut width = 1;
    while standard(width + 1).num_params() <= num_params {
        width += 1;
    }
    let (below, above) = (standard(width), standard(width + 1));
    let is_below_nearer = num_params - below.num_params() <= above.num_params() - num_params;
    if is_below_nearer { below } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_network_matches_within_one_percent() {
        let digits = pyrarium_datasets::open("digits", None).unwrap();
        let target = bottleneck_network("B_4-Wi_64", &digits).unwrap().num_params();
        let matched = matched_standard(4, target, &digits).num_params();
        assert!(matched.abs_diff(target) * 100 < target, "{matched} against {target}");
    }
}
