// SPDX-License-Identifier: Apache-2.0
/** Descriptions of calling conventions, taken apart into rules with a path and a value each. */
package io.trapeze.lab.abi;
