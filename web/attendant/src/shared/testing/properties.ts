/** Properties look at the same examples in every run, so that what a change is refused for is the change's. */
import fc from "fast-check";

fc.configureGlobal({ seed: 20_261_130 });

export default fc;
