// SPDX-License-Identifier: Apache-2.0
/** How a primitive's code for two conventions compares, and which rule each difference comes from. */
package io.trapeze.lab.diff;
