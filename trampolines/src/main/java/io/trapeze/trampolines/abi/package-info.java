// SPDX-License-Identifier: Apache-2.0
/** Calling conventions as data. */
package io.trapeze.trampolines.abi;
