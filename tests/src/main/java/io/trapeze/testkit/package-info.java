// SPDX-License-Identifier: Apache-2.0
/** The test kit: what a program needs to check primitives of its own. */
package io.trapeze.testkit;
