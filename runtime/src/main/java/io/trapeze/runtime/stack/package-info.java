// SPDX-License-Identifier: Apache-2.0
/** The stacks that goroutines run on: equal slots of one slab, each with a guard below and a header above. */
package io.trapeze.runtime.stack;
