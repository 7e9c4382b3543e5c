import {HoldTheNoise} from "./hold-the-noise.js";
import {TwoWays} from "./two-ways.js";

for (const [name, kind] of Object.entries({"hold-the-noise": HoldTheNoise, "two-ways": TwoWays})) {
  customElements.get(`rpt-${name}`) ?? customElements.define(`rpt-${name}`, kind);
}
