// SPDX-License-Identifier: Apache-2.0
/** How many goroutines can wait at once, and what each takes meanwhile. */
package io.trapeze.bench.parked;
