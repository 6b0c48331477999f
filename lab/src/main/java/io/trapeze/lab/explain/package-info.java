// SPDX-License-Identifier: Apache-2.0
/**
 * What a primitive's code says and does, worked out from its recorded instructions: the fields of each instruction's bytes, and
 * where every value is before and after it. Nothing here is written down for one ABI.
 */
package io.trapeze.lab.explain;
