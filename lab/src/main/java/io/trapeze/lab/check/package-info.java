// SPDX-License-Identifier: Apache-2.0
/** What is told of a check of code. */
package io.trapeze.lab.check;
