// SPDX-License-Identifier: Apache-2.0
/** Measurements, side by side with peers. Not published. */
module io.trapeze.bench {
    requires io.trapeze.lab;
}
