import {HoldTheNoise} from "./hold-the-noise.js";
import {PushOrWeigh} from "./push-or-weigh.js";
import {TwoWays} from "./two-ways.js";
import {WhereIsSigma} from "./where-is-sigma.js";
import {WhoWins} from "./who-wins.js";

const FIGURES = {
  "hold-the-noise": HoldTheNoise,
  "push-or-weigh": PushOrWeigh,
  "two-ways": TwoWays,
  "where-is-sigma": WhereIsSigma,
  "who-wins": WhoWins,
};

for (const [name, kind] of Object.entries(FIGURES)) {
  customElements.get(`rpt-${name}`) ?? customElements.define(`rpt-${name}`, kind);
}
